"""A release gate that keeps "cannot tell" apart from "fine": policy, three-state verdicts, JUnit and Markdown."""
