"""Which package of the system has a header, a library or a tool: a table, never a guess.

Columns: apt (Debian, Ubuntu), dnf (Fedora, RHEL), apk (Alpine), brew (macOS). An empty one means that the system has it
by other means, or has none.
"""

from __future__ import annotations

import re
from typing import Literal

from unstuck.core.fixes.world import World

Manager = Literal["apt", "dnf", "apk", "brew"]
MANAGERS: tuple[Manager, ...] = ("apt", "dnf", "apk", "brew")

_ROWS = """
Python.h            | python3-dev           | python3-devel            | python3-dev         |
ffi.h               | libffi-dev            | libffi-devel             | libffi-dev          | libffi
openssl/ssl.h       | libssl-dev            | openssl-devel            | openssl-dev         | openssl@3
openssl/opensslv.h  | libssl-dev            | openssl-devel            | openssl-dev         | openssl@3
libpq-fe.h          | libpq-dev             | libpq-devel              | libpq-dev           | libpq
mysql.h             | libmariadb-dev        | mariadb-connector-c-devel| mariadb-connector-c-dev | mysql-client
sqlite3.h           | libsqlite3-dev        | sqlite-devel             | sqlite-dev          | sqlite
sql.h               | unixodbc-dev          | unixODBC-devel           | unixodbc-dev        | unixodbc
libxml/xmlversion.h | libxml2-dev           | libxml2-devel            | libxml2-dev         | libxml2
libxslt/xslt.h      | libxslt1-dev          | libxslt-devel            | libxslt-dev         | libxslt
zlib.h              | zlib1g-dev            | zlib-devel               | zlib-dev            | zlib
bzlib.h             | libbz2-dev            | bzip2-devel              | bzip2-dev           | bzip2
lzma.h              | liblzma-dev           | xz-devel                 | xz-dev              | xz
jpeglib.h           | libjpeg-dev           | libjpeg-turbo-devel      | libjpeg-turbo-dev   | jpeg-turbo
tiffio.h            | libtiff-dev           | libtiff-devel            | tiff-dev            | libtiff
ft2build.h          | libfreetype-dev       | freetype-devel           | freetype-dev        | freetype
ldap.h              | libldap2-dev          | openldap-devel           | openldap-dev        | openldap
lber.h              | libldap2-dev          | openldap-devel           | openldap-dev        | openldap
sasl/sasl.h         | libsasl2-dev          | cyrus-sasl-devel         | cyrus-sasl-dev      | cyrus-sasl
sasl.h              | libsasl2-dev          | cyrus-sasl-devel         | cyrus-sasl-dev      | cyrus-sasl
krb5.h              | libkrb5-dev           | krb5-devel               | krb5-dev            | krb5
gssapi/gssapi.h     | libkrb5-dev           | krb5-devel               | krb5-dev            | krb5
portaudio.h         | portaudio19-dev       | portaudio-devel          | portaudio-dev       | portaudio
sndfile.h           | libsndfile1-dev       | libsndfile-devel         | libsndfile-dev      | libsndfile
curl/curl.h         | libcurl4-openssl-dev  | libcurl-devel            | curl-dev            | curl
gmp.h               | libgmp-dev            | gmp-devel                | gmp-dev             | gmp
mpfr.h              | libmpfr-dev           | mpfr-devel               | mpfr-dev            | mpfr
mpc.h               | libmpc-dev            | libmpc-devel             | mpc1-dev            | libmpc
yaml.h              | libyaml-dev           | libyaml-devel            | yaml-dev            | libyaml
hdf5.h              | libhdf5-dev           | hdf5-devel               | hdf5-dev            | hdf5
cairo.h             | libcairo2-dev         | cairo-devel              | cairo-dev           | cairo
pango/pango.h       | libpango1.0-dev       | pango-devel              | pango-dev           | pango
graphviz/cgraph.h   | libgraphviz-dev       | graphviz-devel           | graphviz-dev        | graphviz
geos_c.h            | libgeos-dev           | geos-devel               | geos-dev            | geos
proj.h              | libproj-dev           | proj-devel               | proj-dev            | proj
gdal.h              | libgdal-dev           | gdal-devel               | gdal-dev            | gdal
dbus/dbus.h         | libdbus-1-dev         | dbus-devel               | dbus-dev            | dbus
systemd/sd-daemon.h | libsystemd-dev        | systemd-devel            |                     |
uuid/uuid.h         | uuid-dev              | libuuid-devel            | util-linux-dev      |
zmq.h               | libzmq3-dev           | zeromq-devel             | zeromq-dev          | zeromq
snappy-c.h          | libsnappy-dev         | snappy-devel             | snappy-dev          | snappy
leveldb/db.h        | libleveldb-dev        | leveldb-devel            | leveldb-dev         | leveldb
rdkafka.h           | librdkafka-dev        | librdkafka-devel         | librdkafka-dev      | librdkafka
librdkafka/rdkafka.h| librdkafka-dev        | librdkafka-devel         | librdkafka-dev      | librdkafka
readline/readline.h | libreadline-dev       | readline-devel           | readline-dev        | readline
X11/Xlib.h          | libx11-dev            | libX11-devel             | libx11-dev          | libx11
alsa/asoundlib.h    | libasound2-dev        | alsa-lib-devel           | alsa-lib-dev        |
linux/input.h       | linux-libc-dev        | kernel-headers           | linux-headers       |
enchant.h           | libenchant-2-dev      | enchant2-devel           | enchant2-dev        | enchant
magic.h             | libmagic-dev          | file-devel               | file-dev            | libmagic
pcap.h              | libpcap-dev           | libpcap-devel            | libpcap-dev         | libpcap
usb.h               | libusb-dev            | libusb-compat-0.1-devel  | libusb-compat-dev   | libusb-compat
tool:gcc            | build-essential       | gcc                      | build-base          | gcc
tool:cc             | build-essential       | gcc                      | build-base          | gcc
tool:x86_64-linux-gnu-gcc  | build-essential | gcc                     | build-base          | gcc
tool:aarch64-linux-gnu-gcc | build-essential | gcc                     | build-base          | gcc
tool:g++            | build-essential       | gcc-c++                  | build-base          | gcc
tool:cc1plus        | build-essential       | gcc-c++                  | build-base          | gcc
tool:make           | build-essential       | make                     | build-base          | make
tool:cmake          | cmake                 | cmake                    | cmake               | cmake
tool:ninja          | ninja-build           | ninja-build              | samurai             | ninja
tool:gfortran       | gfortran              | gcc-gfortran             | gfortran            | gcc
tool:pkg-config     | pkg-config            | pkgconf-pkg-config       | pkgconf             | pkgconf
tool:git            | git                   | git                      | git                 | git
tool:hg             | mercurial             | mercurial                | mercurial           | mercurial
tool:svn            | subversion            | subversion               | subversion          | subversion
tool:bzr            | brz                   |                          | breezy              | breezy
tool:pg_config      | libpq-dev             | libpq-devel              | libpq-dev           | libpq
tool:mysql_config   | libmariadb-dev        | mariadb-connector-c-devel| mariadb-connector-c-dev | mysql-client
tool:mariadb_config | libmariadb-dev        | mariadb-connector-c-devel| mariadb-connector-c-dev | mariadb-connector-c
tool:curl-config    | libcurl4-openssl-dev  | libcurl-devel            | curl-dev            | curl
tool:xml2-config    | libxml2-dev           | libxml2-devel            | libxml2-dev         | libxml2
tool:xslt-config    | libxslt1-dev          | libxslt-devel            | libxslt-dev         | libxslt
tool:krb5-config    | libkrb5-dev           | krb5-devel               | krb5-dev            | krb5
tool:gdal-config    | libgdal-dev           | gdal-devel               | gdal-dev            | gdal
tool:geos-config    | libgeos-dev           | geos-devel               | geos-dev            | geos
tool:nc-config      | libnetcdf-dev         | netcdf-devel             | netcdf-dev          | netcdf
tool:swig           | swig                  | swig                     | swig                | swig
tool:cargo          | cargo                 | cargo                    | cargo               | rust
tool:rustc          | rustc                 | rust                     | rust                | rust
tool:llvm-config    | llvm                  | llvm-devel               | llvm-dev            | llvm
tool:protoc         | protobuf-compiler     | protobuf-compiler        | protobuf            | protobuf
tool:ffmpeg         | ffmpeg                | ffmpeg-free              | ffmpeg              | ffmpeg
tool:patchelf       | patchelf              | patchelf                 | patchelf            |
tool:unzip          | unzip                 | unzip                    | unzip               |
tool:python3-venv   | python3-venv          | python3                  | python3             | python
"""

# A library as the linker names it (-lNAME, libNAME.so) and the header whose package has it.
_LIBRARIES = {
    "ffi": "ffi.h", "ssl": "openssl/ssl.h", "crypto": "openssl/ssl.h", "pq": "libpq-fe.h", "mysqlclient": "mysql.h",
    "mariadb": "mysql.h", "sqlite3": "sqlite3.h", "odbc": "sql.h", "xml2": "libxml/xmlversion.h",
    "xslt": "libxslt/xslt.h", "z": "zlib.h", "bz2": "bzlib.h", "lzma": "lzma.h", "jpeg": "jpeglib.h",
    "tiff": "tiffio.h", "freetype": "ft2build.h", "ldap": "ldap.h", "ldap_r": "ldap.h", "lber": "lber.h",
    "sasl2": "sasl/sasl.h", "krb5": "krb5.h", "gssapi_krb5": "krb5.h", "portaudio": "portaudio.h",
    "curl": "curl/curl.h",
    "gmp": "gmp.h", "mpfr": "mpfr.h", "mpc": "mpc.h", "yaml": "yaml.h", "hdf5": "hdf5.h", "cairo": "cairo.h",
    "geos_c": "geos_c.h", "proj": "proj.h", "gdal": "gdal.h", "dbus-1": "dbus/dbus.h", "systemd": "systemd/sd-daemon.h",
    "zmq": "zmq.h", "snappy": "snappy-c.h", "leveldb": "leveldb/db.h", "rdkafka": "rdkafka.h",
    "readline": "readline/readline.h", "X11": "X11/Xlib.h", "asound": "alsa/asoundlib.h", "magic": "magic.h",
    "pcap": "pcap.h", "sndfile": "sndfile.h", "python3": "Python.h",
}  # fmt: skip


def _table() -> dict[str, dict[Manager, str]]:
    rows = [[cell.strip() for cell in row.split("|")] for row in _ROWS.strip().splitlines()]
    return {key: dict(zip(MANAGERS, cells, strict=True)) for key, *cells in rows}


TABLE = _table()


def manager_of(world: World) -> Manager | None:
    """The package manager of the machine, by its platform and /etc/os-release."""
    if world.platform == "darwin":
        return "brew"
    if world.platform != "linux":
        return None
    words = re.findall(r'(?m)^ID(?:_LIKE)?="?([^"\n]*)', world.text("/etc/os-release") or "")
    known: dict[str, Manager] = {"debian": "apt", "ubuntu": "apt", "fedora": "dnf", "rhel": "dnf", "centos": "dnf"}
    known["alpine"] = "apk"
    return next((known[word] for word in " ".join(words).lower().split() if word in known), None)


def packages_for(world: World, header: str | None, library: str | None, tool: str | None) -> tuple[Manager, str] | None:
    """The manager of this machine and the package that has what is missing; None where either is not known."""
    manager = manager_of(world)
    if manager is None:
        return None
    row = None
    if header is not None:
        name = header.strip("<>\"'")
        row = TABLE.get(name) or TABLE.get(name.rsplit("/", 1)[-1])
    elif library is not None:
        name = re.sub(r"^(?:-l|lib)|\.(?:so|a|dylib)(?:\.[\d.]+)?$", "", library)
        row = TABLE.get(_LIBRARIES.get(name, ""))
    elif tool is not None:
        name = re.sub(r"\.exe$", "", tool.replace("\\", "/").rsplit("/", 1)[-1])
        row = TABLE.get(f"tool:{name}") or TABLE.get(f"tool:{re.sub(r'-[0-9.]+$', '', name)}")
    package = row[manager] if row else ""
    return (manager, package) if package else None


def install_line(manager: Manager, package: str) -> str:
    """The command that installs a package of the system."""
    return {
        "apt": f"sudo apt-get install {package}",
        "dnf": f"sudo dnf install {package}",
        "apk": f"sudo apk add {package}",
        "brew": f"brew install {package}",
    }[manager]
