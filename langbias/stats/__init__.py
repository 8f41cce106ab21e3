"""From outcomes to estimates: rates, gaps to the baseline, their intervals. Pure."""
