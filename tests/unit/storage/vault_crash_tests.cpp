// Proves that an acknowledged block survives kill -9: a child process stores groups and says which are
// acknowledged; it is killed at a random point; every acknowledged block must be there, whole, after
// reopening. CATACOMB_KILLS sets how often.
#include <signal.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "tests/unit/storage/store_support.hpp"

namespace catacomb::storage {
namespace {

constexpr std::size_t kSizes[] = {kQuarterCell, 4096, 16384, kMaxBlockSize};
constexpr std::uint64_t kGroup = 8;

Put numbered(std::uint64_t number) { return put_of(number, kSizes[number % 4]); }

// The child: group after group, each one's first number into the pipe once the store has acknowledged it.
[[noreturn]] void store_until_killed(const std::string& directory, std::uint64_t first, int pipe) {
    const auto store = VaultStore::open(directory, small_store(std::uint64_t{4} << 30));
    if (!store) ::_exit(2);
    for (std::uint64_t number = first;; number += kGroup) {
        std::vector<Put> puts;
        for (std::uint64_t i = 0; i < kGroup; ++i) puts.push_back(numbered(number + i));
        for (const auto& result : (*store)->put_group(puts)) {
            if (!result) ::_exit(3);
        }
        if (::write(pipe, &number, sizeof number) != sizeof number) ::_exit(4);
    }
}

struct Crashed {
    std::vector<std::uint64_t> acknowledged;  // first numbers of groups
    int status = 0;
};

// Lets a child store until `groups` are acknowledged, and kills it as long after as a random number of draws
// takes.
Crashed crash_after(const std::string& directory, std::uint64_t first, std::uint64_t groups, Rng& rng) {
    int ends[2];
    BOOST_REQUIRE(::pipe(ends) == 0);
    const auto child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        store_until_killed(directory, first, ends[1]);
    }
    ::close(ends[1]);
    Crashed out;
    std::uint64_t number = 0;
    while (out.acknowledged.size() < groups && ::read(ends[0], &number, sizeof number) == sizeof number) {
        out.acknowledged.push_back(number);
    }
    for (auto draws = rng.below(100'000); draws > 0; --draws) rng.u64();
    ::kill(child, SIGKILL);
    while (::read(ends[0], &number, sizeof number) == sizeof number) out.acknowledged.push_back(number);
    ::close(ends[0]);
    BOOST_REQUIRE(::waitpid(child, &out.status, 0) == child);
    return out;
}

unsigned kills() {
    const char* wanted = std::getenv("CATACOMB_KILLS");
    return wanted ? static_cast<unsigned>(std::atoi(wanted)) : 50;
}

BOOST_AUTO_TEST_CASE(acknowledged_blocks_survive_kill_9) {
    const TemporaryDirectory directory;
    crypto::SeededRng rng(1);
    std::uint64_t next = 0;
    for (unsigned round = 0; round < kills(); ++round) {
        const auto crashed = crash_after(directory.path(), next, rng.below(4), rng);
        BOOST_REQUIRE(WIFSIGNALED(crashed.status));
        const auto store = VaultStore::open(directory.path(), small_store(std::uint64_t{4} << 30));
        BOOST_REQUIRE(store.has_value());
        for (const auto first : crashed.acknowledged) {
            for (std::uint64_t number = first; number < first + kGroup; ++number) {
                const auto block = (*store)->get(id_of(number));
                BOOST_REQUIRE(block.has_value());
                BOOST_REQUIRE(*block == numbered(number).bytes);
            }
        }
        // What is listed is what is counted, and all of it whole: the last group is there entirely or not at
        // all.
        const auto ids = (*store)->list({}, SIZE_MAX);
        BOOST_REQUIRE(ids->size() == (*store)->usage().blocks);
        BOOST_REQUIRE(ids->size() % kGroup == 0);
        for (const auto& id : *ids) BOOST_REQUIRE((*store)->get(id).has_value());
        BOOST_REQUIRE((*store)->remove(*ids).has_value());
        if (!crashed.acknowledged.empty()) next = crashed.acknowledged.back() + kGroup;
    }
    BOOST_TEST((kills() < 10 || next > 0));
}

}  // namespace
}  // namespace catacomb::storage
