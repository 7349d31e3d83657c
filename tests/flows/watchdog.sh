# The watchdog is fed while all lives; not any more when one wire's thread hangs, though the rest
# goes on; and again when it moves again. A sink that hangs is no matter of it.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/_servers.sh"
needs python3
fast_clock 5 # but WATCHDOG_USEC is systemd's, and true

cat >a.ini <<INI
[store]
path = $TESTS_TMP/helio.db
[bus roof]
line = sim
every = 0.5
[bus shed]
line = sim
every = 0.5
[device south]
driver = tracer
bus = roof
[device east]
driver = tracer
bus = shed
[sink stuck]
kind = influx
url = http://127.0.0.1:PORT
INI
cat >watch.py <<'PYTHON'
"""Systemd's part: hears what is notified, and stops single threads as only a debugger can."""
import atexit, ctypes, os, re, signal, socket, subprocess, sys, time

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
taker = socket.create_server(("127.0.0.1", 0))  # takes what a sink sends, and never says a word
text = open("a.ini").read().replace("PORT", str(taker.getsockname()[1]))
open("a.ini", "w").write(text)
ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind("notify.sock")
program = subprocess.Popen([os.environ["HELIO"], "run", "-c", "a.ini"], stderr=open("err", "w"),
                           env={**os.environ, "NOTIFY_SOCKET": os.path.abspath("notify.sock"), "WATCHDOG_USEC": "1000000",
                                "ASAN_OPTIONS": "detect_leaks=0"})
atexit.register(program.kill)
said = []


def hear(seconds, until=None):
    """All that is said within so many seconds, or until a word of it."""
    heard, end = [], time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        ear.settimeout(left)
        try:
            heard.append(ear.recv(4096).decode())
        except TimeoutError:
            break
        if until and until in heard[-1]:
            break
    said.extend(heard)
    return heard


def must(what, why):
    if not what:
        sys.exit(f"FAILED: {why}; said: {said}; {open('err').read()}")


def thread(name):
    for task in os.listdir(f"/proc/{program.pid}/task"):
        if open(f"/proc/{program.pid}/task/{task}/comm").read().strip() == name:
            return int(task)
    must(False, f"no thread {name}")


must("READY=1" in hear(30, "READY=1"), "it is not ready")
must("WATCHDOG=1" in hear(30, "WATCHDOG=1"), "it does not feed the watchdog")
status = [word for word in hear(45, "STATUS=2") if word.startswith("STATUS=2")]
must(status and re.match(r"STATUS=2 of 2 devices and groups online, \d+ readings kept, \d+ not delivered", status[-1]), "no status")
must(int(re.search(r"(\d+) not delivered", status[-1])[1]) > 0, "what the stuck sink lacks is not told")

hung = thread("bus shed")
must(libc.ptrace(SEIZE, hung, 0, 0) == 0, "may not trace")
must(libc.ptrace(INTERRUPT, hung, 0, 0) == 0, "may not stop a thread")
os.waitpid(hung, 0x40000000)  # __WALL
quiet = 0
for _ in range(60):  # a thread may be waiting for a lent wire: it gets 20 seconds of its own
    quiet = 0 if "WATCHDOG=1" in hear(1) else quiet + 1
    if quiet == 5:
        break
must(quiet == 5, "the watchdog is fed though a wire hangs")
must(program.poll() is None, "it has ended")
must(libc.ptrace(DETACH, hung, 0, 0) == 0, "may not let it go")
must("WATCHDOG=1" in hear(30, "WATCHDOG=1"), "the watchdog is not fed again")

program.send_signal(signal.SIGHUP)
words = hear(30, "READY=1")
began = [int(word.split("=")[-1]) for word in words if word.startswith("RELOADING=1\nMONOTONIC_USEC=")]
must(len(began) == 1 and words[-1] == "READY=1", "no reload")
must(0 <= time.monotonic() - began[0] / 1e6 < 60, "the reload has another time than systemd")
program.send_signal(signal.SIGTERM)
must("STOPPING=1" in hear(30, "STOPPING=1"), "it does not say that it stops")
must(program.wait(60) == 0, "it did not end well")
PYTHON
python3 watch.py || exit 1
has err "a wire has not moved for long"
