// Proves what is said of files: words and codes, that a reader sees the old or the new bytes whatever fails,
// that a replaced file is its owner's alone, and that a lock holds against another opening.
#include "base/file.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "crypto/random.hpp"
#include "tests/support/power_cut.hpp"
#include "tests/support/scratch_dir.hpp"

namespace catacomb {
namespace {

using tests::ScratchDir;

BOOST_AUTO_TEST_SUITE(files)

std::string in(const ScratchDir& scratch, const char* name) { return (scratch.path() / name).string(); }

BOOST_AUTO_TEST_CASE(errors_are_told_apart_and_in_words) {
    const auto missing = File::open("/nonexistent/x", O_RDONLY).error();
    BOOST_TEST(missing.is(Code::not_found));
    BOOST_TEST(missing.text() == "cannot open /nonexistent/x: No such file or directory");
    BOOST_TEST(File::open("/", O_WRONLY).error().is(Code::io));
    BOOST_TEST(file_error("write", "x", ENOSPC).is(Code::full));
    BOOST_TEST(file_error("write", "x", EDQUOT).text() == "cannot write x: Disk quota exceeded");
    BOOST_TEST(sync_directory("/nonexistent").error().is(Code::not_found));
    BOOST_TEST(read_file("/", 10).error().is(Code::limit));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
    const ScratchDir scratch;
    auto file = File::open(in(scratch, "a"), O_RDWR | O_CREAT);
    BOOST_REQUIRE(file.has_value());
    BOOST_TEST(file->write(view("hello")).has_value());
    BOOST_TEST(file->write_at(10, view("there")).has_value());
    BOOST_TEST(file->sync().has_value());
    BOOST_TEST(*file->size() == 15u);
    Bytes out(20);
    BOOST_TEST(file->rewind().has_value());
    BOOST_TEST(*file->read(out) == 15u);
    BOOST_TEST(as_text(ByteView(out).first(5)) == "hello");
    BOOST_TEST(*file->read_at(11, MutableBytes(out).first(3)) == 3u);
    BOOST_TEST(as_text(ByteView(out).first(3)) == "her");
    BOOST_TEST(*file->read_at(15, out) == 0u);
    BOOST_TEST(file->allocate(4096).has_value());
    BOOST_TEST(*file->size() == 4096u);
    BOOST_TEST(read_file(in(scratch, "a"), 4095).error().is(Code::limit));
    BOOST_TEST(read_file(in(scratch, "a"), 4096)->size() == 4096u);
}

BOOST_AUTO_TEST_CASE(an_unnamed_file_leaves_nothing) {
    const ScratchDir scratch;
    auto file = File::unnamed(scratch.path().string());
    BOOST_REQUIRE(file.has_value());
    BOOST_TEST(file->write(view("x")).has_value());
    BOOST_TEST(std::filesystem::is_empty(scratch.path()));
}

BOOST_AUTO_TEST_CASE(a_lock_is_held_by_one_opening) {
    const ScratchDir scratch;
    {
        auto first = File::open(in(scratch, "lock"), O_RDWR | O_CREAT);
        auto second = File::open(in(scratch, "lock"), O_RDWR);
        BOOST_TEST(first->lock().has_value());
        BOOST_TEST(second->lock().error().is(Code::busy));
        const File moved = std::move(*first);
        BOOST_TEST(second->lock().error().is(Code::busy));
    }
    BOOST_TEST(File::open(in(scratch, "lock"), O_RDWR)->lock().has_value());
}

BOOST_AUTO_TEST_CASE(a_replaced_file_is_its_owners_alone) {
    const ScratchDir scratch;
    const auto path = in(scratch, "token");
    std::ofstream(path) << "old";
    std::ofstream(path + ".new") << "a leftover that all may read";
    BOOST_TEST(replace_file(path, view("new")).has_value());
    BOOST_TEST(as_text(*read_file(path, 100)) == "new");
    struct stat info {};
    BOOST_REQUIRE(::stat(path.c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0777) == 0600);
    BOOST_TEST(!std::filesystem::exists(path + ".new"));
    BOOST_TEST(replace_file("/nonexistent/x", view("x")).error().is(Code::io));
}

// Each call that it makes fails once: the old bytes stay, and nothing is left beside them.
BOOST_AUTO_TEST_CASE(a_replacement_that_fails_at_any_step_changes_nothing) {
    for (const auto failing : {DiskCall::Kind::write, DiskCall::Kind::sync, DiskCall::Kind::rename}) {
        const ScratchDir scratch;
        const auto path = in(scratch, "file");
        std::ofstream(path) << "old";
        DiskRecord record(scratch.path().string());
        record.fault = [&](const DiskCall& call) { return call.kind == failing ? ENOSPC : 0; };
        BOOST_TEST(replace_file(path, view("new")).error().is(Code::full));
        BOOST_TEST(as_text(*read_file(path, 100)) == "old");
        BOOST_TEST(!std::filesystem::exists(path + ".new"));
    }
}

BOOST_AUTO_TEST_CASE(a_power_cut_leaves_the_old_or_the_new_bytes) {
    const ScratchDir scratch;
    const auto path = in(scratch, "file");
    const Bytes first(5000, 'a'), second(9000, 'b');
    DiskRecord record(scratch.path().string());
    BOOST_TEST(replace_file(path, first).has_value());
    const auto told = record.events.size();
    BOOST_TEST(replace_file(path, second).has_value());
    Disk disk;
    crypto::SeededRng rng(1);
    const ScratchDir image;
    for (std::size_t i = 0; i < record.events.size(); ++i) {
        disk.step(record.events[i]);
        if (i + 1 < told) continue;
        for (const auto keeps : {Disk::Keeps::all, Disk::Keeps::none, Disk::Keeps::torn, Disk::Keeps::some}) {
            const auto files = disk.after_power_cut(keeps, rng);
            BOOST_REQUIRE(files.count(path) == 1u);
            files.at(path).save(in(image, "x"));
            const auto got = *read_file(in(image, "x"), 10000);
            BOOST_TEST((got == second || (i + 1 < record.events.size() && got == first)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb
