"""Frames that tell an output more than once, or in a form of their own."""

from __future__ import annotations

from tests.frames.frame import Framed, Output, Writer, frame


@frame
def BuildKit_at_its_end(output: Output) -> Framed:
    """What docker build repeats of a step that failed, alone."""
    writer = Writer()
    writer.around(" => ERROR [4/5] RUN " + output.command, "------", f" > [4/5] RUN {output.command}:")
    for number, line in enumerate(output.lines):
        writer.line(f"{0.2 + number * 0.013:.3f} {line}")
    quoted = "--------------------"
    writer.around("------", "Dockerfile:7", quoted, "   5 |     COPY . .", "   6 |     ")
    writer.around(f"   7 | >>> RUN {output.command}", "   8 |     ", quoted)
    writer.around(
        f'ERROR: failed to solve: process "/bin/sh -c {output.command}" did not complete successfully: exit code: 1'
    )
    return writer.framed()


@frame
def BuildKit_at_its_end_numbered(output: Output) -> Framed:
    """The same of BuildKit before 0.12."""
    writer = Writer()
    writer.around("------", f" > [4/5] RUN {output.command}:")
    for number, line in enumerate(output.lines):
        writer.line(f"#12 {0.2 + number * 0.013:.3f} {line}")
    writer.around("------", f"executor failed running [/bin/sh -c {output.command}]: exit code: 1")
    return writer.framed()


@frame
def BuildKit_plain_with_its_end(output: Output) -> Framed:
    """The whole of `docker build --progress=plain`: a step's lines, and once more at the end."""
    writer = Writer()
    writer.around(f"#12 [4/5] RUN {output.command}")
    for number, line in enumerate(output.lines):
        writer.line(f"#12 {0.2 + number * 0.013:.3f} {line}")
    error = f'process "/bin/sh -c {output.command}" did not complete successfully: exit code: 1'
    writer.around(f"#12 ERROR: {error}", "------", f" > [4/5] RUN {output.command}:")
    writer.around(*(f"{0.2 + number * 0.013:.3f} {line}" for number, line in enumerate(output.lines)))
    writer.around("------", f"ERROR: failed to build: failed to solve: {error}")
    return writer.framed()


@frame
def Compose_builds(output: Output) -> Framed:
    """docker compose up --build: the step's service stands before it."""
    writer = Writer()
    writer.around("#12 [web 4/5] RUN " + output.command)
    for number, line in enumerate(output.lines):
        writer.line(f"#12 {0.2 + number * 0.013:.3f} {line}")
    writer.around("failed to solve: process did not complete successfully: exit code: 1")
    return writer.framed()
