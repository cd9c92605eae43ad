"""The annual review: what the register, the agreement and people's acts say of a period, in one folder that can be checked."""
