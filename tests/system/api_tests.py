"""Proves, with real processes, who reaches a node's API and how many at once: commands beyond what the node takes at a
time wait their turn, and none fails; the Unix socket serves curl without a token, its owner and the configured group, and
nobody else."""

import json
import os
import shutil
import socket
import subprocess

import harness

STATUS = b"GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def ask(path):
    """The answer at the Unix socket, as far as it came; the words of the system where it did not take us."""
    with socket.socket(socket.AF_UNIX) as node:
        node.settimeout(harness.DEADLINE)
        node.connect(path)
        node.sendall(STATUS)
        return node.makefile("rb").read()


class Crowds(harness.SystemTest):
    def running(self):
        return self.run_catacomb("jobs").stdout.count(b" running ")

    def start_stalled(self, jobs):
        self.stalled = self.write("stalled", b"")
        limits = {"CATACOMB_LIMITS_JOBS": str(jobs), "CATACOMB_FAKE_STALLED": self.stalled}
        self.start_daemon(environment=limits)

    def start(self, *words):
        one = subprocess.Popen(
            self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.addCleanup(one.kill)
        return one

    def all_end_well(self, commands):
        """What each of them printed, once nothing holds them up any more."""
        os.remove(self.stalled)
        done = [one.communicate(timeout=180) for one in commands]
        for one, (_, words) in zip(commands, done):
            self.assertEqual(one.returncode, 0, words.decode())
        return [out for out, _ in done]

    def insert_at_once(self, number, jobs):
        self.start_stalled(jobs)
        commands = [self.start("insert", self.write(f"f{i}", os.urandom(1000 + i))) for i in range(number)]
        harness.eventually(lambda: self.running() == min(jobs, number), "all that may run")
        self.assertEqual(len(set(self.all_end_well(commands))), number)

    def test_sixty_four_inserts_at_once(self):
        self.insert_at_once(64, jobs=64)

    def test_more_of_them_than_jobs_may_run_take_turns(self):
        self.insert_at_once(64, jobs=5)

    def test_forty_five_gets_at_once(self):
        self.start_stalled(64)
        os.remove(self.stalled)
        content = os.urandom(1000)
        key = self.run_catacomb("insert", self.write("f", content)).stdout.decode().strip()
        self.write("stalled", b"")
        commands = []

        def one_is_held_up():
            commands[:] = [self.start("get", key, "-o", "-")]
            harness.eventually(lambda: self.running() or commands[0].poll() is not None, "its job")
            return self.running()

        harness.eventually(one_is_held_up, "the node to stand still")
        commands += [self.start("get", key, "-o", "-") for _ in range(44)]
        harness.eventually(lambda: self.running() == 45, "all of them")
        self.assertEqual(self.all_end_well(commands), [content] * 45)

    def test_a_node_full_of_connections_makes_commands_wait(self):
        limits = {"CATACOMB_LIMITS_JOBS": "1", "CATACOMB_API_CONNECTIONS": "16", "CATACOMB_API_IDLE_LIMIT": "3s"}
        self.start_daemon(environment=limits)
        held = []
        for _ in range(15):
            held.append(socket.socket(socket.AF_UNIX))
            held[-1].connect(os.path.join(self.data, "api.sock"))
            self.addCleanup(held[-1].close)
        # One of its two connections has to wait until an idle one is closed.
        key = self.run_catacomb("insert", "-", stdin=b"content").stdout.decode().strip()
        self.assertEqual(self.run_catacomb("get", key, "-o", "-").stdout, b"content")


class UnixSocket(harness.SystemTest):
    def test_curl_needs_no_token(self):
        if not shutil.which("curl"):
            self.skipTest("no curl")
        self.start_daemon()
        command = ["curl", "-sS", "--unix-socket", os.path.join(self.data, "api.sock")]
        done = subprocess.run([*command, "http://localhost/v1/status"], capture_output=True, timeout=60)
        self.assertTrue(json.loads(done.stdout)["ready"], done.stderr)
        source = self.write("f", b"content")
        url = "http://localhost/v1/files"
        sent = subprocess.run([*command, "-X", "POST", "-T", source, url], capture_output=True, timeout=60)
        key = json.loads(sent.stdout)["insert"]["key"]
        got = subprocess.run([*command, f"{url}/{key}"], capture_output=True, timeout=60)
        self.assertEqual(got.stdout, b"content")
        form = subprocess.run([*command, "-F", "file=@" + source, url], capture_output=True, timeout=60)
        self.assertIn("-T FILE", json.loads(form.stdout)["error"]["message"])

    def test_a_killed_nodes_socket_is_replaced(self):
        self.stop_daemon(self.start_daemon(), number=9)
        self.assertTrue(os.path.exists(os.path.join(self.data, "api.sock")))
        os.remove(os.path.join(self.data, "api.port"))  # by which a start is seen to have succeeded
        self.start_daemon()
        self.run_catacomb("status")

    def test_a_stopped_node_takes_it_along(self):
        self.stop_daemon(self.start_daemon())
        self.assertFalse(os.path.lexists(os.path.join(self.data, "api.sock")))

    def as_user(self, user, group):
        """The first line that this user and group get from the socket at its place of test_others."""

        def become():
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)

        script = f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r}); import api_tests\n"
        script += f"try: print(api_tests.ask({self.socket!r}).split(b'\\r')[0].decode())\n"
        script += "except PermissionError: print('no permission')"
        done = subprocess.run(["python3", "-B", "-c", script], capture_output=True, preexec_fn=become, timeout=60)
        return done.stdout.decode().strip() or done.stderr.decode()

    def test_others_get_in_by_the_group_alone(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be other users")
        os.chmod(self.dir, 0o755)
        self.socket = self.path("elsewhere.sock")
        with open("/etc/group") as groups:
            group = next(line.split(":") for line in groups if int(line.split(":")[2]) >= 1)
        name, number = group[0], int(group[2])
        self.start_daemon(environment={"CATACOMB_API_SOCKET": self.socket, "CATACOMB_API_GROUP": name})
        self.run_catacomb("status")
        self.assertEqual(self.as_user(65533, number), "HTTP/1.1 200 OK")
        self.assertEqual(self.as_user(65533, 65533), "no permission")
        os.chmod(self.socket, 0o666)  # and even so
        self.assertEqual(self.as_user(65533, 65533), "HTTP/1.1 403 Forbidden")

    def test_another_user_is_told(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be other users")
        os.chmod(self.dir, 0o755)
        self.start_daemon()
        done = self.run_catacomb("status", expect=4, preexec=lambda: os.setuid(65533))
        self.assertIn(b"only the user who runs the node can use it", done.stderr)


if __name__ == "__main__":
    harness.main()
