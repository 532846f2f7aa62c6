"""Proves that the command line meets its user's promises, whatever the node or the disk does: the key alone on
standard output, documented exit codes, nothing overwritten, nothing half-written left behind, no hang. The node is one
that keeps files in memory; names and keys that begin with certain words make it fail as told there."""

import http.client
import json
import os
import pty
import resource
import signal
import socket
import subprocess
import urllib.parse

import harness


FIRST = "0000000000000001"  # job: this node counts them


class WithDaemon(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon()

    def insert(self, content, name="file.bin"):
        return self.run_catacomb("insert", self.write(name, content)).stdout.decode().strip()


class Transfers(WithDaemon):
    def test_a_file_goes_in_and_its_key_brings_it_back(self):
        for size in (0, 1, 65536, 1048577, 10_000_019):
            content = os.urandom(size)
            done = self.run_catacomb("insert", self.write(f"in-{size}", content))
            self.assertEqual(done.stdout.count(b"\n"), 1, "the key alone")
            key = done.stdout.decode().strip()
            self.assertTrue(key.startswith("chk1"))
            self.run_catacomb("get", key, "-o", f"out-{size}")
            self.assertEqual(self.read(f"out-{size}"), content)

    def test_a_pipe_goes_in_and_comes_out(self):
        content = os.urandom(6_000_000)
        key = self.run_catacomb("put", "-", stdin=content).stdout.decode().strip()
        self.assertEqual(self.run_catacomb("get", key, "-o", "-").stdout, content)

    def test_keys_are_read_from_files_and_standard_input(self):
        key = self.insert(b"content")
        self.write("key", f"  {key}\n".encode())
        self.assertEqual(self.run_catacomb("get", "@key", "-o", "-").stdout, b"content")
        self.assertEqual(self.run_catacomb("get", "-", "-o", "-", stdin=key.encode()).stdout, b"content")
        self.run_catacomb("get", "@nowhere", expect=2)
        self.run_catacomb("get", "-", stdin=b"\n", expect=2)

    def test_without_o_the_stored_name_is_used_and_never_overwritten(self):
        key = self.insert(b"content", "name.txt")
        os.mkdir(self.path("here"))
        done = self.run_catacomb("get", key, cwd=self.path("here"))
        self.assertEqual(done.stdout, b"name.txt\n")
        self.assertEqual(self.read("here/name.txt"), b"content")
        self.write("here/name.txt", b"mine")
        again = self.run_catacomb("get", key, cwd=self.path("here"), expect=2)
        self.assertIn(b"exists already", again.stderr)
        self.assertEqual(self.read("here/name.txt"), b"mine")
        self.assertEqual(os.listdir(self.path("here")), ["name.txt"])

    def test_a_stored_name_cannot_leave_the_directory(self):
        os.mkdir(self.path("here"))
        for hostile in ("../evil", "/tmp/evil", ".bashrc", "a\nb\x1b[31m"):
            key = self.insert_through_api(b"content of " + hostile.encode(), hostile)
            name = self.run_catacomb("get", key, cwd=self.path("here")).stdout.decode().rstrip("\n")
            self.assertNotIn("/", name)
            self.assertFalse(name.startswith("."))
            self.assertTrue(all(c.isprintable() for c in name), name)
            self.assertIn(name, os.listdir(self.path("here")))

    def insert_through_api(self, content, name):
        """Under a name that this command line would refuse: other programs may not."""
        node = http.client.HTTPConnection("127.0.0.1", int(self.read("data/api.port")), timeout=harness.DEADLINE)
        token = self.read("data/api.token").decode().strip()
        headers = {"Authorization": f"Bearer {token}", "X-Catacomb-Name": urllib.parse.quote(name)}
        node.request("POST", "/v1/files", content, headers)
        return json.loads(node.getresponse().read())["insert"]["key"]

    def test_a_file_that_says_it_is_empty_goes_in_whole(self):
        key = self.run_catacomb("insert", "/proc/version").stdout.decode().strip()
        with open("/proc/version", "rb") as version:
            self.assertEqual(self.run_catacomb("get", key, "-o", "-").stdout, version.read())

    def test_the_longest_names_go_in_and_come_out(self):
        os.mkdir(self.path("here"))
        for length in (243, 244, 250, 255):
            name = "n" * length
            key = self.insert(b"content", name)
            self.assertEqual(self.run_catacomb("get", key, cwd=self.path("here")).stdout.decode(), name + "\n")
            self.assertEqual(self.read("here/" + name), b"content")

    def test_an_output_that_the_shell_opened_is_written_to(self):
        content = os.urandom(300_000)
        key = self.insert(content)
        for out in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
            self.assertEqual(self.run_catacomb("get", key, "-o", out).stdout, content)
        with open(self.path("redirected"), "wb") as file:
            subprocess.run(self.command("get", key, "-o", "/dev/stdout"), stdout=file, check=True, timeout=60)
        self.assertEqual(self.read("redirected"), content)
        program, *words = self.command("get", key, "-o")
        line = " ".join([program, *words]) + " >(cat > " + self.path("piped") + ")"
        subprocess.run(["bash", "-c", line], check=True, timeout=60, stdout=subprocess.DEVNULL)
        harness.eventually(lambda: self.read("piped") == content, "the other program's end")

    def test_a_file_that_is_longer_than_wanted_is_refused(self):
        key = self.insert(bytes(2049))
        self.assertIn(b"--max-size", self.run_catacomb("get", key, "-o", "out", "--max-size", "2KiB", expect=4).stderr)
        self.assertFalse(os.path.exists(self.path("out")))
        self.run_catacomb("get", key, "-o", "out", "--max-size", "2049")
        self.run_catacomb("get", key, "-o", "out2", "--max-size", "much", expect=2)

    def test_json_is_one_document(self):
        done = json.loads(self.run_catacomb("--json", "insert", self.write("f", b"x")).stdout)
        self.assertEqual((done["state"], done["exit_code"]), ("done", 0))
        got = json.loads(self.run_catacomb("--json", "get", done["insert"]["key"], "-o", "out").stdout)
        self.assertEqual(got["file"], "out")
        failed = json.loads(self.run_catacomb("--json", "get", "chk1nothing", expect=1).stdout)
        self.assertEqual((failed["error"]["code"], failed["exit_code"]), ("not found", 1))
        self.assertTrue(json.loads(self.run_catacomb("--json", "status").stdout)["ready"])
        self.assertEqual(len(json.loads(self.run_catacomb("--json", "jobs").stdout)["jobs"]), 3)

    def test_check_jobs_and_status_speak(self):
        key = self.insert(b"content")
        self.assertIn(b"reported: 1 segments", self.run_catacomb("check", key).stdout)
        self.assertIn(b"readable: 1 segments", self.run_catacomb("check", "--verify", key).stdout)
        self.assertIn(b"not readable", self.run_catacomb("check", "chk1nothing", expect=1).stdout)
        renewed = self.run_catacomb("renew", key, "--lease", "20")
        self.assertIn(b"renewed: 58 of 60 blocks of 1 segments; the weakest has 58 of 60, and needs 20; enough of each until 1970-01-21", renewed.stdout)
        self.assertIn(b"1 blocks are gone; insert the file again", renewed.stderr)
        self.assertIn(b"1 blocks are at vaults that are away", renewed.stderr)
        lost = self.run_catacomb("renew", "chk1nothing", expect=1)
        self.assertIn(b"1 of 1 segments have too few blocks", lost.stderr)
        self.assertNotIn(b"until", lost.stdout)
        self.run_catacomb("renew", key, "--lease", "0", expect=2)
        self.assertIn(b"1 insert done", self.run_catacomb("jobs").stdout)
        self.assertIn(b"insert done", self.run_catacomb("jobs", FIRST, "--follow").stdout)
        self.run_catacomb("jobs", "0000000000000099", expect=1)
        self.assertIn(b"relay and vault, ready", self.run_catacomb("status").stdout)


class BadInput(WithDaemon):
    def test_each_mistake_has_a_sentence_and_an_exit_code(self):
        cases = [
            (("get", "typo"), 2, b"character 1"),
            (("get", "chk1nothing"), 1, b"not found"),
            (("check", "typo"), 2, b"character 1"),
            (("insert", "nowhere"), 2, b"cannot read nowhere: No such file"),
            (("insert", "."), 2, b"is a directory"),
            (("insert", "--name", "no-relays", self.write("f", b"x")), 4, b"2 relays are known"),
            (("insert", "--name", "full", self.write("f", b"x")), 4, b"full"),
            (("get", "chk1nothing", "-o", self.write("taken", b"")), 2, b"exists already"),
            (("dance",), 2, b""),
            ((), 2, b""),
            (("insert",), 2, b""),
            (("jobs", "x"), 2, b"16 hexadecimal digits"),
            (("status", "a", "b", "c"), 2, b"unknown: a b c;"),
        ]
        for words, code, sentence in cases:
            done = self.run_catacomb(*words, expect=code)
            self.assertIn(sentence, done.stderr + done.stdout, words)
            self.assertNotIn(b"terminate", done.stderr)

    def test_usage_errors_are_json_too(self):
        for words in (("status", "a", "b"), ("insert",), ("dance",), ("get", "typo"), ("jobs", "x")):
            told = json.loads(self.run_catacomb("--json", *words, expect=2).stdout)
            self.assertEqual((told["error"]["code"], told["exit_code"]), ("bad input", 2), words)

    def test_a_closed_standard_input_is_no_input(self):
        done = self.run_catacomb("insert", "-", expect=2, preexec=lambda: os.close(0))
        self.assertIn(b"cannot read standard input", done.stderr)
        self.run_catacomb("get", "-", expect=2, preexec=lambda: os.close(0))
        self.assertEqual(self.run_catacomb("jobs").stdout.count(b"done"), 0)

    def test_closed_outputs_are_not_taken_for_something_else(self):
        key = self.insert(os.urandom(100_000))
        done = self.run_catacomb("get", key, "-o", "-", expect=2, preexec=lambda: os.close(1))
        self.assertIn(b"cannot write standard output", done.stderr)
        self.run_catacomb("get", key, "-o", "out", preexec=lambda: os.close(2))

    def test_a_dumb_terminal_gets_plain_lines(self):
        source = self.write("f", os.urandom(6_000_000))
        for terminal, drawn in (("xterm", True), ("dumb", False), ("", False)):
            master, slave = pty.openpty()
            done = subprocess.Popen(
                self.command("insert", source),
                env={**os.environ, "TERM": terminal},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=slave,
            )
            os.close(slave)
            words = b""
            while True:
                try:
                    words += os.read(master, 65536)
                except OSError:  # nobody writes there any more
                    break
            os.close(master)
            self.assertEqual(done.wait(timeout=harness.DEADLINE), 0)
            self.assertIn(b"hashing", words)
            self.assertEqual(b"\x1b" in words, drawn, terminal)

    def test_an_unreadable_file_is_told(self):
        secret = self.write("secret", b"x")
        os.chmod(secret, 0)
        if os.access(secret, os.R_OK):
            self.skipTest("root reads everything")
        self.assertIn(b"Permission denied", self.run_catacomb("insert", secret, expect=2).stderr)

    def test_an_error_while_reading_is_told_and_stores_nothing(self):
        words = self.run_catacomb("insert", "/proc/self/mem", expect=2).stderr  # opens, and then cannot be read
        self.assertIn(b"cannot read /proc/self/mem: Input/output error", words)
        self.assertNotIn(b"insert done", self.run_catacomb("jobs").stdout)

    def test_a_get_that_cannot_finish_leaves_nothing(self):
        key = self.insert(os.urandom(2_000_000), "half")
        done = self.run_catacomb("get", key, "-o", "out", expect=1)
        self.assertIn(b"19 of 20 blocks", done.stderr)
        self.assertEqual([name for name in os.listdir(self.dir) if name.startswith("out")], [])

    def test_a_full_disk_is_told_and_leaves_nothing(self):
        key = self.insert(os.urandom(4_000_000))

        def small_disk():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

        done = self.run_catacomb("get", key, "-o", "out", expect=2, preexec=small_disk)
        self.assertIn(b"cannot write out", done.stderr)
        self.assertEqual([name for name in os.listdir(self.dir) if name.startswith("out")], [])
        full = self.run_catacomb("get", key, "-o", "/dev/full", expect=2)
        self.assertIn(b"No space left", full.stderr)

    def test_an_output_that_cannot_be_written_is_told(self):
        key = self.insert(b"content")
        self.assertIn(b"cannot write", self.run_catacomb("get", key, "-o", "no/such/dir", expect=2).stderr)

    def test_what_lies_beside_the_output_is_not_touched(self):
        key = self.insert(b"content")
        self.write("out.part", b"mine")
        self.run_catacomb("get", key, "-o", "out")
        self.assertEqual((self.read("out"), self.read("out.part")), (b"content", b"mine"))

    def test_a_result_that_cannot_be_written_is_told(self):
        source = self.write("f", b"x")
        for words in (("insert", source), ("--json", "insert", source), ("status",), ("jobs",)):
            with open("/dev/full", "wb") as full:
                done = subprocess.run(self.command(*words), stdout=full, stderr=subprocess.PIPE, timeout=60)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(b"cannot write to standard output", done.stderr)

    def test_a_name_that_cannot_be_stored_is_told_before_all_else(self):
        source = self.write("f", b"x")
        for name in (b"\xff\xfe", b"a/b", b"..", b"bell\a"):
            words = self.run_catacomb("insert", "--name", name, source, expect=2).stderr
            self.assertIn(b"give another with --name", words)
            self.assertNotIn(b"\a", words)
        self.assertEqual(self.run_catacomb("jobs").stdout, b"")


class Interrupted(harness.SystemTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.start_daemon(environment={"CATACOMB_FAKE_STALLED": self.write("stalled", b"")})

    def test_ctrl_c_cancels_the_job_and_says_so(self):
        source = self.write("f", os.urandom(20_000_000))
        running = subprocess.Popen(self.command("insert", source), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        harness.eventually(lambda: b"running" in self.run_catacomb("jobs").stdout, "the job")
        running.send_signal(signal.SIGINT)
        out, words = running.communicate(timeout=harness.DEADLINE)
        self.assertEqual((running.returncode, out), (5, b""), words)
        self.assertIn(b"interrupted", words)
        self.assertIn(b"cancelled", self.run_catacomb("jobs", FIRST, expect=5).stdout)

    def test_an_ignored_hangup_stays_ignored(self):
        running = subprocess.Popen(
            self.command("insert", "-"),
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        )
        self.addCleanup(running.kill)
        harness.eventually(lambda: b"running" in self.run_catacomb("jobs").stdout, "the job")
        running.send_signal(signal.SIGHUP)
        self.run_catacomb("status")
        self.assertIsNone(running.poll())
        cancelled = json.loads(self.run_catacomb("--json", "jobs", FIRST, "cancel").stdout)
        self.assertEqual(cancelled["state"], "cancelled")
        running.communicate(timeout=harness.DEADLINE)

    def test_a_cancelled_job_ends_an_insert_that_waits_for_its_input(self):
        running = subprocess.Popen(
            self.command("insert", "-"), stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.addCleanup(running.kill)
        harness.eventually(lambda: b"running" in self.run_catacomb("jobs").stdout, "the job")
        self.run_catacomb("jobs", FIRST, "cancel")
        running.wait(timeout=harness.DEADLINE)
        self.assertEqual(running.returncode, 5)
        running.communicate()

    def test_a_get_that_is_killed_leaves_nothing(self):
        self.stop_daemon(self.daemon)
        self.daemon = self.start_daemon()
        content = os.urandom(8_000_000)
        key = self.run_catacomb("insert", self.write("f", content)).stdout.decode().strip()
        running = subprocess.Popen(
            self.command("get", key, "-o", self.path("out")), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.addCleanup(running.kill)

        def writes():
            if running.poll() is not None:
                return True  # it was faster
            folder = f"/proc/{running.pid}/fd"
            return any(os.readlink(os.path.join(folder, fd)).startswith(self.dir) for fd in os.listdir(folder))

        # Stopped as soon as it has its file open, whatever it has written by then.
        try:
            harness.eventually(writes, "its output")
        except FileNotFoundError:
            pass  # it was faster
        running.kill()
        running.wait()
        self.assertEqual([name for name in os.listdir(self.dir) if "part" in name], [])

    def test_a_node_that_dies_is_told(self):
        source = self.write("f", os.urandom(20_000_000))
        running = subprocess.Popen(self.command("insert", source), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        harness.eventually(lambda: b"running" in self.run_catacomb("jobs").stdout, "the job")
        self.stop_daemon(self.daemon, signal.SIGKILL)
        _, words = running.communicate(timeout=harness.DEADLINE)
        self.assertEqual(running.returncode, 3, words)


class NodeCommand(harness.SystemTest):
    def test_no_node_is_told_with_how_to_start_one(self):
        for words in (("status",), ("insert", self.write("f", b"x")), ("get", "chk1x"), ("jobs",)):
            done = self.run_catacomb(*words, expect=3)
            self.assertIn(b"no node is running", done.stderr)
            self.assertIn(b" node", done.stderr)

    def test_a_port_file_left_by_a_crash_is_no_node(self):
        daemon = self.start_daemon()
        self.stop_daemon(daemon, signal.SIGKILL)
        self.assertTrue(os.path.exists(os.path.join(self.data, "api.port")))
        self.assertIn(b"no node is running", self.run_catacomb("status", expect=3).stderr)

    def test_a_node_that_hangs_is_told(self):
        daemon = self.start_daemon()
        daemon.send_signal(signal.SIGSTOP)
        try:
            for words in (("status",), ("insert", self.write("f", b"x"))):
                done = self.run_catacomb(*words, expect=3, limit=40)
                self.assertIn(b"does not answer: it hangs", done.stderr)
        finally:
            daemon.send_signal(signal.SIGCONT)

    def test_a_stranger_on_the_old_port_is_not_our_node(self):
        daemon = self.start_daemon()
        self.stop_daemon(daemon, signal.SIGKILL)
        os.remove(os.path.join(self.data, "api.sock"))  # so that the port is all there is
        port = int(self.read("data/api.port"))
        for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"SSH-2.0-OpenSSH_9.2\r\n\r\n"):
            with socket.create_server(("127.0.0.1", port)) as stranger:
                running = subprocess.Popen(self.command("status"), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                taken, _ = stranger.accept()
                taken.sendall(answer)
                taken.recv(65536)
                out, words = running.communicate(timeout=harness.DEADLINE)
                taken.close()
            self.assertEqual((running.returncode, out), (3, b""))
            self.assertIn(b"is not the node of", words)
            self.assertIn(b"no node is running", words)

    def test_another_users_node_is_not_started(self):
        if os.geteuid() != 0:
            self.skipTest("only root has another user's directory at hand")
        os.mkdir(self.data)
        os.chown(self.data, 65534, 65534)
        done = self.run_catacomb("node", expect=4)
        self.assertIn(b"belongs to user nobody; start the node as that user", done.stderr)
        self.assertEqual(os.listdir(self.data), [])

    def test_a_daemon_stops_cleanly_and_takes_its_port_file_with_it(self):
        daemon = self.start_daemon()
        self.assertEqual(self.stop_daemon(daemon), 0)
        self.assertFalse(os.path.exists(os.path.join(self.data, "api.port")))

    def test_a_daemon_whose_log_nobody_reads_stops_cleanly(self):
        daemon = self.start_daemon()
        daemon.stderr.close()
        daemon.stderr = None
        self.assertEqual(self.stop_daemon(daemon), 0)
        self.assertFalse(os.path.exists(os.path.join(self.data, "api.port")))

    def test_one_data_directory_has_one_node(self):
        self.start_daemon()
        self.assertIn(b"another node runs", self.run_catacomb("node", expect=4).stderr)

    def test_check_config_tells_the_line(self):
        os.mkdir(self.data)
        self.write("data/catacomb.toml", b"listen = '127.0.0.1:4000'\n[vault]\nqouta = 5\n")
        done = self.run_catacomb("node", "--check-config", expect=2)
        self.assertIn(b"catacomb.toml:3: unknown setting 'vault.qouta'; did you mean 'vault.quota'?", done.stderr)
        self.write("data/catacomb.toml", b"[vault]\nquota = '5GiB'\n")
        self.run_catacomb("node", "--check-config")
        self.run_catacomb("node", "--check-config", "--set", "vault.quota=much", expect=2)

    def test_version_and_help_succeed(self):
        self.assertRegex(self.run_catacomb("--version").stdout, rb"^catacomb \d+\.\d+\.\d+\n$")
        self.assertIn(b"Exit codes", self.run_catacomb("--help").stdout)


if __name__ == "__main__":
    harness.main()
