"""The lab: real tools made to fail on this machine, diagnosed, mended, and run again. Start with README.md."""
