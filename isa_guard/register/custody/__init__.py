"""Keeping a register: erasing cases, backing up, restoring into a new epoch, making the index anew."""
