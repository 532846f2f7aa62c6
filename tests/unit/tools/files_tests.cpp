// Proves that the command line reads files exactly, notices when they change, and never overwrites or leaves
// a half file.
#include "tools/catacomb/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>

#include "tests/support/scratch_dir.hpp"
#include "tools/catacomb/output_file.hpp"
#include "tools/catacomb/process.hpp"

using namespace catacomb;
using namespace catacomb::cli;
namespace fs = std::filesystem;

namespace {

struct Fixture {
    tests::ScratchDir dir;
    const std::atomic<bool> never{false};

    std::string path(const char* name) const { return (dir.path() / name).string(); }
    std::string write(const char* name, std::string_view content) const {
        std::ofstream(path(name), std::ios::binary) << content;
        return path(name);
    }
    // The names in the directory.
    std::set<std::string> names() const {
        std::set<std::string> out;
        for (const auto& entry : fs::directory_iterator(dir.path())) out.insert(entry.path().filename());
        return out;
    }
    std::string read(const char* name) const {
        std::ifstream in(path(name), std::ios::binary);
        return std::string((std::istreambuf_iterator<char>(in)), {});
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(files, Fixture)

BOOST_AUTO_TEST_CASE(both_passes_see_the_same_bytes) {
    const std::string content(3'000'001, 'x');
    auto input = InputFile::open(write("in", content)).value();
    BOOST_TEST(*input.size() == content.size());
    BOOST_TEST(input.name() == "in");
    std::uint64_t told = 0;
    const auto hash = input.hash([&](std::uint64_t done) { told = done; });
    BOOST_TEST((hash.value() == crypto::content_hash(view(content))));
    BOOST_TEST(told == content.size());
    std::string second;
    Bytes chunk(70'000);
    for (auto n = input.read(chunk, never).value(); n > 0; n = input.read(chunk, never).value()) {
        second += as_text(ByteView(chunk).first(n));
    }
    BOOST_TEST((second == content));
}

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_has_changed_and_one_that_grows_is_cut) {
    Bytes chunk(10);
    auto shrinking = InputFile::open(write("a", std::string(20, 'a'))).value();
    BOOST_TEST(shrinking.read(chunk, never).value() == 10u);
    fs::resize_file(path("a"), 5);
    const auto rest = shrinking.read(chunk, never);
    BOOST_REQUIRE(!rest);
    BOOST_TEST((rest.error().code == Code::changed));

    auto growing = InputFile::open(write("b", "12345")).value();
    write("b", "1234567890");
    BOOST_TEST(growing.read(chunk, never).value() == 5u);
    BOOST_TEST(growing.read(chunk, never).value() == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_that_grows_while_it_is_hashed_has_changed) {
    auto growing = InputFile::open(write("b", "12345")).value();
    write("b", "1234567890");
    const auto hash = growing.hash([](std::uint64_t) {});
    BOOST_REQUIRE(!hash);
    BOOST_TEST((hash.error().code == Code::changed));
}

// Those of /proc say that they are empty.
BOOST_AUTO_TEST_CASE(a_file_that_says_it_is_empty_is_read_to_its_end) {
    auto input = InputFile::open("/proc/self/stat").value();
    BOOST_TEST(!input.size().has_value());
    Bytes chunk(1000);
    BOOST_TEST(input.read(chunk, never).value() > 10u);
    auto empty = InputFile::open(write("empty", "")).value();
    BOOST_TEST(empty.read(chunk, never).value() == 0u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told) {
    BOOST_TEST((InputFile::open(path("nowhere")).error().code == Code::io));
    BOOST_TEST((InputFile::open(dir.path().string()).error().code == Code::bad_input));
}

BOOST_AUTO_TEST_CASE(an_output_appears_whole_or_not_at_all) {
    {
        auto output = OutputFile::open(path("out")).value();
        BOOST_TEST(output.write(view("half")).has_value());
        BOOST_TEST(names().empty());  // so that nothing is left, whatever ends the program
    }
    BOOST_TEST(names().empty());
    auto output = OutputFile::open(path("out")).value();
    BOOST_TEST(output.write(view("whole")).has_value());
    BOOST_TEST(output.commit().has_value());
    BOOST_TEST(read("out") == "whole");
    BOOST_TEST(names() == std::set<std::string>{"out"});
    output.abandon();
    BOOST_TEST(read("out") == "whole");
}

BOOST_AUTO_TEST_CASE(an_output_has_the_mode_of_the_users_mask) {
    const auto mask = ::umask(027);
    auto output = OutputFile::open(path("out")).value();
    ::umask(mask);
    BOOST_TEST(output.commit().has_value());
    BOOST_TEST((fs::status(path("out")).permissions() == fs::perms(0640)));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten_even_when_it_appears_late) {
    const auto there = OutputFile::open(write("there", "mine"));
    BOOST_REQUIRE(!there);
    BOOST_TEST((there.error().code == Code::exists));
    auto output = OutputFile::open(path("out")).value();
    BOOST_TEST(output.write(view("theirs")).has_value());
    write("out", "mine");
    const auto committed = output.commit();
    BOOST_REQUIRE(!committed);
    BOOST_TEST((committed.error().code == Code::exists));
    output.abandon();
    BOOST_TEST(read("out") == "mine");
    BOOST_TEST(names() == (std::set<std::string>{"out", "there"}));
}

BOOST_AUTO_TEST_CASE(a_name_may_be_as_long_as_a_file_name) {
    for (const std::size_t length : {243u, 244u, 255u}) {
        const std::string name(length, 'n');
        auto output = OutputFile::open(path(name.c_str())).value();
        BOOST_TEST(output.commit().has_value(), length);
        BOOST_TEST(names().count(name) == 1u);
    }
}

BOOST_AUTO_TEST_CASE(what_the_shell_opened_is_written_to) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    for (const auto* folder : {"/dev/fd/", "/proc/self/fd/"}) {
        auto output = OutputFile::open(folder + std::to_string(ends[1])).value();
        BOOST_TEST(output.look_for_room(~std::uint64_t{0}).has_value());
        BOOST_TEST(output.write(view("abc")).has_value());
        BOOST_TEST(output.commit().has_value());
        char came[4] = "";
        BOOST_TEST(::read(ends[0], came, 3) == 3);
        BOOST_TEST(came == "abc");
    }
    ::close(ends[0]);
    ::close(ends[1]);
    BOOST_TEST((OutputFile::open("/dev/fd/" + std::to_string(ends[1])).error().code == Code::io));
    BOOST_TEST(names_standard_output("/dev/stdout"));
    BOOST_TEST(names_standard_output("/dev/fd/1"));
    BOOST_TEST(!names_standard_output("/dev/fd/11"));
    BOOST_TEST(!names_standard_output("/dev/fd/1x"));
    BOOST_TEST(check_free("/dev/stdout").has_value());
}

BOOST_AUTO_TEST_CASE(a_disk_without_room_is_told_before) {
    const auto output = OutputFile::open(path("out")).value();
    BOOST_TEST(output.look_for_room(1).has_value());
    const auto told = output.look_for_room(std::uint64_t{1} << 62);
    BOOST_REQUIRE(!told);
    BOOST_TEST((told.error().code == Code::io));
    BOOST_TEST(told.error().text().find("No space left") != std::string::npos);
}

// In a child, which may close what it likes.
BOOST_AUTO_TEST_CASE(a_closed_standard_descriptor_is_nothing_else) {
    const auto child = ::fork();
    if (child == 0) {
        for (const int fd : {0, 1, 2}) ::close(fd);
        claim_standard_descriptors();
        char byte = 0;
        const bool input = ::read(0, &byte, 1) < 0, output = ::write(1, "x", 1) < 0,
                   errors = ::write(2, "x", 1) < 0;
        ::_exit(input && output && errors && ::open("/dev/null", O_RDONLY) > 2 ? 0 : 1);
    }
    int status = -1;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_limit_of_open_files_that_is_too_low_is_told) {
    const auto has = raise_open_files(1).value();
    const auto told = raise_open_files(has + 1);
    BOOST_REQUIRE(!told);
    BOOST_TEST(told.error().text().find(std::to_string(has + 1)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_dangling_link_is_not_followed) {
    fs::create_symlink(path("elsewhere"), path("link"));
    BOOST_TEST(!OutputFile::open(path("link")).has_value());
}

// Whatever else the user keeps beside it, another download's half included.
BOOST_AUTO_TEST_CASE(nothing_beside_an_output_is_touched) {
    write("out.part", "mine");
    {
        auto given_up = OutputFile::open(path("out")).value();
        auto output = OutputFile::open(path("out")).value();
        BOOST_TEST(given_up.write(view("half")).has_value());
        BOOST_TEST(output.write(view("whole")).has_value());
        BOOST_TEST(output.commit().has_value());
        BOOST_TEST((given_up.commit().error().code == Code::exists));
    }
    BOOST_TEST(read("out") == "whole");
    BOOST_TEST(read("out.part") == "mine");
    BOOST_TEST(names() == (std::set<std::string>{"out", "out.part"}));
}

BOOST_AUTO_TEST_CASE(stored_names_become_harmless) {
    BOOST_TEST(safe_file_name("plain.txt") == "plain.txt");
    BOOST_TEST(safe_file_name("a/b\\c") == "a_b_c");
    BOOST_TEST(safe_file_name("../x") == "_._x");
    BOOST_TEST(safe_file_name("..") == "_.");
    BOOST_TEST(safe_file_name(".profile") == "_profile");
    BOOST_TEST(safe_file_name(std::string_view("a\0b\x7f\n", 5)) == "a_b__");
    BOOST_TEST(safe_file_name("") == "catacomb-file");
    BOOST_TEST(safe_file_name("größe.txt") == "größe.txt");
    BOOST_TEST(safe_file_name("a\u202etxt.exe\u009b") == "a_txt.exe_");
    const auto longest = safe_file_name(std::string(254, 'a') + "ü" + std::string(100, 'b'));
    BOOST_TEST(longest == std::string(254, 'a'));
}

BOOST_AUTO_TEST_CASE(keys_come_from_arguments_and_files) {
    BOOST_TEST(read_key(" chk1abc\n").value() == "chk1abc");
    BOOST_TEST(read_key("@" + write("key", "\tchk1abc \r\nsecond line")).value() == "chk1abc");
    BOOST_TEST((read_key("@" + path("nowhere")).error().code == Code::io));
    BOOST_TEST((read_key("  ").error().code == Code::bad_input));
    BOOST_TEST((read_key(std::string(5000, 'k')).error().code == Code::bad_input));
    BOOST_TEST((read_key("@/dev/zero").error().code == Code::bad_input));
}

BOOST_AUTO_TEST_SUITE_END()
