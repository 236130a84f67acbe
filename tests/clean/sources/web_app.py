"""An application whose pages raise; its servers log the tracebacks and go on."""

# It is to fail, in as many ways as there are.
# ruff: noqa

import asyncio
import json
import logging

logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
log = logging.getLogger("shop.orders")


def trouble(path):
    if path == "/value":
        return int("requirement")
    if path == "/key":
        return {"certificate": 1}["cert"]
    if path == "/timeout":
        raise TimeoutError("read timed out waiting for the warehouse")
    if path == "/os":
        return open("/home/user/none/requirements.txt")
    if path == "/nested":
        try:
            json.loads("{not json")
        except ValueError as error:
            raise RuntimeError("could not install the new price list") from error
    return "fine"


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    try:
        trouble(scope["path"])
    except KeyError:
        log.exception("order failed, going on with the next")
    await asyncio.sleep(0)
    trouble(scope["path"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"fine"})


def wsgi(environ, start_response):
    try:
        trouble(environ["PATH_INFO"])
    except OSError:
        log.exception("no requirements for this order, going on")
    trouble(environ["PATH_INFO"])
    start_response("200 OK", [])
    return [b"fine"]
