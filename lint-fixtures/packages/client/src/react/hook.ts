import { useState } from "react";

export const used: unknown = useState;
