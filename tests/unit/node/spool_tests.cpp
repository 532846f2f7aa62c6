// Proves: a spool gives back exactly what it was given, whatever the pieces; nothing of it stands readable on
// the disk, and no file of it is left; and bytes that were changed on the disk are not delivered.
#include "node/client/spool.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "crypto/random.hpp"
#include "tests/support/scratch_dir.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

struct Fixture {
    tests::ScratchDir dir;
    crypto::SeededRng rng{1};

    std::unique_ptr<Spool> create() { return Spool::create(dir.path().string(), rng).value(); }
    Bytes random(std::size_t size) {
        Bytes out(size);
        rng.fill(out);
        return out;
    }
    Bytes read_all(Spool& spool) {
        Bytes out;
        for (;;) {
            auto chunk = spool.read();
            BOOST_REQUIRE(chunk);
            if (chunk->empty()) return out;
            append(out, *chunk);
        }
    }
};

// The unnamed files that this process holds open, found by their place in /proc.
std::vector<std::filesystem::path> unnamed_files(const std::filesystem::path& within) {
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        if (!gone && target.starts_with(within.string())) out.push_back(entry.path());
    }
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(spools, Fixture)

BOOST_AUTO_TEST_CASE(what_goes_in_comes_out) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kMiB - 1, kMiB, kMiB + 1, 2 * kMiB + 77}) {
        const auto input = random(size);
        auto spool = create();
        ByteView left = input;
        while (!left.empty()) {
            const auto piece = left.first(std::min<std::size_t>(left.size(), 300'007));
            BOOST_REQUIRE(spool->append(piece));
            left = left.subspan(piece.size());
        }
        BOOST_TEST(spool->size() == size);
        BOOST_REQUIRE(spool->rewind());
        BOOST_TEST((read_all(*spool) == input), size << " bytes");
        BOOST_TEST(spool->read().value().empty());
    }
}

BOOST_AUTO_TEST_CASE(the_disk_holds_neither_name_nor_plaintext) {
    auto spool = create();
    const std::string secret = "the quick brown fox jumps over the lazy dog";
    Bytes input;
    while (input.size() < kMiB) append(input, view(secret));
    BOOST_REQUIRE(spool->append(input));
    BOOST_REQUIRE(spool->rewind());
    BOOST_TEST(std::filesystem::is_empty(dir.path()));
    const auto files = unnamed_files(dir.path());
    BOOST_REQUIRE(files.size() == 1U);
    std::ifstream in(files[0], std::ios::binary);
    const std::string stored((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    BOOST_TEST(stored.size() > input.size());
    BOOST_TEST((stored.find(secret.substr(0, 8)) == std::string::npos));
}

BOOST_AUTO_TEST_CASE(a_changed_disk_is_found_out) {
    auto spool = create();
    BOOST_REQUIRE(spool->append(random(2 * kMiB)));
    BOOST_REQUIRE(spool->rewind());
    const auto files = unnamed_files(dir.path());
    BOOST_REQUIRE(files.size() == 1U);
    std::fstream disk(files[0], std::ios::binary | std::ios::in | std::ios::out);
    disk.seekg(kMiB + 16 + 5);  // in the second chunk
    const char was = static_cast<char>(disk.peek());
    disk.seekp(kMiB + 16 + 5);
    disk.put(static_cast<char>(was ^ 1));
    disk.close();
    BOOST_TEST(spool->read().has_value());
    auto second = spool->read();
    BOOST_REQUIRE(!second);
    BOOST_TEST(second.error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(a_shortened_disk_is_found_out) {
    auto spool = create();
    BOOST_REQUIRE(spool->append(random(kMiB)));
    BOOST_REQUIRE(spool->rewind());
    const auto files = unnamed_files(dir.path());
    BOOST_REQUIRE(files.size() == 1U);
    std::filesystem::resize_file(files[0], kMiB);
    auto chunk = spool->read();
    BOOST_REQUIRE(!chunk);
    BOOST_TEST(chunk.error().is(Code::corrupt));
}

BOOST_AUTO_TEST_CASE(no_directory_no_spool) {
    auto spool = Spool::create((dir.path() / "nowhere").string(), rng);
    BOOST_REQUIRE(!spool);
    BOOST_TEST(spool.error().is(Code::io));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::node
