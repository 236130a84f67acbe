"""Writing signatures: `unstuck catalog check | list | schema | new | test | table`."""
