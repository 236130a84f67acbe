"""ssh's own keys, configuration, agent and algorithms, and curl's further ends; the server is dropbear."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, helps, scenario
from tests.lab.scenarios.git_ssh import scan, ssh_server
from tests.lab.servers import dropping
from unstuck.demo.packages import wheel


def ssh(lab: Lab, port: int, *options: str) -> Command:
    return lab.command(
        "ssh", "-F", "ssh.conf", "-p", str(port), "-o", "BatchMode=yes", *options, "git@localhost", "true"
    )


@scenario("ssh/private-key-unusable", tool="ssh")
def key_of_another_program(lab: Lab) -> Failure:
    port = ssh_server(lab)
    lab.write("id_ed25519", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n").chmod(0o600)
    return Failure(
        ssh(lab, port),
        [Expected("ssh/private-key-unusable", "Load key")],
        before=[scan(lab, port)],
    )


@scenario("ssh/private-key-unusable", tool="ssh", renderings=["pipe"])
def no_identity_file(lab: Lab) -> Failure:
    port = ssh_server(lab)
    return Failure(
        ssh(lab, port, "-i", "key.pem"),
        [Expected("ssh/private-key-unusable", "Warning: Identity file", {"path": "key.pem"})],
        before=[scan(lab, port)],
    )


@scenario("ssh/no-matching-algorithm", tool="ssh")
def host_key_types(lab: Lab) -> Failure:
    port = ssh_server(lab)
    return Failure(
        ssh(lab, port, "-o", "HostKeyAlgorithms=rsa-sha2-512"),
        [Expected("ssh/no-matching-algorithm", "no matching host key type found", {"name": "host key type"})],
    )


@scenario("ssh/no-matching-algorithm", tool="ssh", renderings=["pipe"])
def key_exchange(lab: Lab) -> Failure:
    port = ssh_server(lab)
    return Failure(
        ssh(lab, port, "-o", "KexAlgorithms=diffie-hellman-group1-sha1"),
        [Expected("ssh/no-matching-algorithm", "no matching key exchange method found")],
    )


@scenario("ssh/configuration-invalid", tool="ssh")
def unknown_option(lab: Lab) -> Failure:
    lab.write("ssh.conf", "Host *\n  AddKeysToAgent yes\n  UseKeychain yes\n")
    return Failure(
        lab.command("ssh", "-F", "ssh.conf", "git@localhost"),
        [Expected("ssh/configuration-invalid", "Bad configuration option", {"path": "ssh.conf", "line": "3"})],
        tries={
            "correct": helps(
                lambda run: [lab.command("sed", "-i", "/UseKeychain/d", "ssh.conf"), run.plus("-G", before="-F")]
            )
        },
    )


@scenario("ssh/agent-not-running", tool="ssh")
def no_agent(lab: Lab) -> Failure:
    return Failure(
        lab.command("ssh-add", "-l", SSH_AUTH_SOCK=None),
        [Expected("ssh/agent-not-running", "Could not open a connection")],
    )


@scenario("ssh/connection-closed", tool="ssh")
def hangs_up(lab: Lab) -> Failure:
    server = lab.serve(dropping())
    lab.write("ssh.conf", "GlobalKnownHostsFile /dev/null\n")
    lab.show(f"port {server.port}", "port 22")
    return Failure(ssh(lab, server.port), [Expected("ssh/connection-closed", "kex_exchange_identification")])


@scenario("network/http-error", tool="curl")
def no_file(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.command("curl", "-sSf", f"{index.url}/nosuch.tar.gz"),
        [Expected("network/http-error", r"curl: \(22\)", {"status": "404"})],
    )


@scenario("network/certificates-file-missing", tool="curl")
def no_authorities(lab: Lab) -> Failure:
    index = lab.index(tls="private-root")
    return Failure(
        lab.command("curl", "-sS", index.url + "/", CURL_CA_BUNDLE="/etc/pki/tls/certs/ca-bundle.crt"),
        [Expected("network/certificates-file-missing", r"curl: \(77\)")],
    )


@scenario("network/url-invalid", tool="curl")
def space_in_address(lab: Lab) -> Failure:
    return Failure(
        lab.command("curl", "-sS", "http://files.example.com/a b"),
        [Expected("network/url-invalid", r"curl: \(3\)")],
    )


@scenario("network/download-not-written", tool="curl")
def full_device(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.command("curl", "-sS", "-o", "/dev/full", index.simple),
        [Expected("network/download-not-written", r"curl: \(23\)")],
    )


@scenario("network/download-tool-missing", tool="curl")
def no_wget(lab: Lab) -> Failure:
    return Failure(
        lab.command("bash", "-c", "wget https://files.example.com/a.tar.gz", PATH=lab.without("wget")),
        [Expected("network/download-tool-missing", "wget: command not found", {"tool": "wget"})],
    )
