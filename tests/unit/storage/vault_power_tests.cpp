// Proves that a power cut at any moment loses no acknowledged block. All that LMDB and the store do to their
// files is recorded; after each event, the disk as a power cut may leave it is opened: all of what was
// written, only what was synced, the last write torn, any part of what was not synced. Each must hold what
// the store had acknowledged, and of the operation that was under way all or nothing.
// CATACOMB_POWER_OPERATIONS sets how long the run is, CATACOMB_POWER_SEED which; tools/proofs/vault-power
// runs 500.
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <iostream>
#include <map>

#include "tests/support/power_cut.hpp"
#include "tests/unit/storage/store_support.hpp"

namespace catacomb::storage {
namespace {

constexpr std::size_t kSizes[] = {kQuarterCell, kQuarterCell, 4096, block_size(BlockClass::cells4),
                                  kMaxBlockSize};
constexpr std::uint64_t kQuota = 6 << 20;

unsigned setting(const char* name, unsigned otherwise) {
    const char* wanted = std::getenv(name);
    return wanted ? static_cast<unsigned>(std::atoi(wanted)) : otherwise;
}

std::size_t size_of(std::uint64_t number) { return kSizes[number % std::size(kSizes)]; }

// What the store has acknowledged: blocks by number, and how long each is kept.
using Held = std::map<std::uint64_t, Time>;

// One operation: what was acknowledged before and after it, and the events that it took.
struct Step {
    Held before, after;
    std::size_t begin = 0, end = 0;
};

// Numbers of blocks by their names, and their contents.
class Contents {
public:
    const Bytes& of(std::uint64_t number) {
        auto& out = bytes_[number];
        if (out.empty()) {
            out = bytes_of(number, size_of(number));
            numbers_[id_of(number)] = number;
        }
        return out;
    }
    std::optional<std::uint64_t> number(const BlockId& id) const {
        const auto found = numbers_.find(id);
        return found == numbers_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::map<std::uint64_t, Bytes> bytes_;
    std::map<BlockId, std::uint64_t> numbers_;
};

// Uses a store as a vault does, for so many operations.
class Run {
public:
    Run(Contents& contents, unsigned operations, std::uint64_t seed, DiskRecord& record)
        : contents_(contents), record_(record), random_(seed) {
        auto opening = begin();
        auto options = small_store(kQuota);
        options.reserve = 0;
        auto opened = VaultStore::open(record.directory(), options);
        BOOST_REQUIRE(opened.has_value());
        store_ = std::move(*opened);
        end(std::move(opening));
        for (unsigned i = 0; i < operations; ++i) one();
    }
    std::vector<Step> steps;
    std::size_t acknowledged = 0;

private:
    Step begin() const { return {held_, held_, record_.events.size(), 0}; }
    void end(Step step) {
        step.after = held_;
        step.end = record_.events.size();
        steps.push_back(std::move(step));
    }
    void one() {
        auto step = begin();
        const auto draw = random_.below(10);
        if (draw < 5) {
            put();
        } else if (draw < 6) {
            renew();
        } else if (draw < 8) {
            remove();
        } else {
            expire();
        }
        end(std::move(step));
    }
    Time lease() { return at_hour(static_cast<int>(now_ + random_.below(40))); }
    std::uint64_t some_held() {
        auto at = held_.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(random_.below(held_.size())));
        return at->first;
    }
    // Of some that are there.
    void renew() {
        std::vector<std::uint64_t> numbers;
        std::vector<Renewal> renewals;
        for (auto count = 1 + random_.below(6); count > 0 && !held_.empty(); --count) {
            numbers.push_back(some_held());
            renewals.push_back({id_of(numbers.back()), lease()});
        }
        const auto results = store_->renew(renewals);
        for (std::size_t i = 0; i < results.size(); ++i) {
            BOOST_REQUIRE(results[i].has_value());
            auto& until = held_[numbers[i]];
            until = std::max(until, renewals[i].lease_end);
        }
    }
    // New blocks, and some that are there.
    void put() {
        std::vector<std::uint64_t> numbers;
        std::vector<Put> puts;
        for (auto count = 1 + random_.below(12); count > 0; --count) {
            const auto number = held_.empty() || random_.chance(0.8) ? next_++ : some_held();
            numbers.push_back(number);
            puts.push_back({id_of(number), contents_.of(number), lease()});
        }
        const auto results = store_->put_group(puts);
        for (std::size_t i = 0; i < puts.size(); ++i) {
            if (!results[i]) continue;
            auto& until = held_[numbers[i]];
            until = std::max(until, puts[i].lease_end);
            ++acknowledged;
        }
    }
    void remove() {
        std::vector<BlockId> ids;
        for (auto count = random_.below(6); count > 0 && !held_.empty(); --count) {
            const auto number = some_held();
            ids.push_back(id_of(number));
            held_.erase(number);
        }
        BOOST_REQUIRE(store_->remove(ids).has_value());
    }
    void expire() {
        now_ += 2;
        const auto now = at_hour(static_cast<int>(now_));
        BOOST_REQUIRE(store_->expire(now, 10'000).has_value());
        std::erase_if(held_, [now](const auto& entry) { return entry.second <= now; });
    }

    Contents& contents_;
    DiskRecord& record_;
    crypto::SeededRng random_;
    std::unique_ptr<VaultStore> store_;
    Held held_;
    std::uint64_t next_ = 0, now_ = 0;
};

// What is wrong with the store in that directory, or an empty string.
std::string difference(VaultStore& store, const Held& due, Contents& contents) {
    const auto ids = store.list({}, SIZE_MAX);
    if (!ids) return "the blocks cannot be listed: " + ids.error().text();
    if (ids->size() != due.size())
        return "holds " + std::to_string(ids->size()) + " blocks for " + std::to_string(due.size());
    if (store.usage().blocks != due.size())
        return "counts " + std::to_string(store.usage().blocks) + " blocks";
    for (const auto& id : *ids) {
        const auto number = contents.number(id);
        const auto held = number ? due.find(*number) : due.end();
        if (held == due.end()) return "holds a block that was removed or never put";
        const auto got = store.get(id);
        if (!got) return "block " + std::to_string(*number) + ": " + got.error().text();
        if (*got != contents.of(*number)) return "block " + std::to_string(*number) + " has other bytes";
        const auto info = store.info(id);
        if (!info || info->lease_end != held->second)
            return "block " + std::to_string(*number) + " has another lease";
    }
    return {};
}

// Opens images and counts.
class Images {
public:
    // Of files under `home`.
    Images(Contents& contents, std::string home, std::uint64_t seed)
        : contents_(contents), home_(std::move(home)), random_(seed) {}

    // Every image of the disk as it now is holds what is due; or else, before the operation is acknowledged,
    // what was.
    void all_of(const Disk& disk, const Held& due, const Held* otherwise) {
        one(disk, Disk::Keeps::all, due, otherwise);
        if (disk.can_tear()) one(disk, Disk::Keeps::torn, due, otherwise);
        if (disk.all_durable()) return;
        one(disk, Disk::Keeps::none, due, otherwise);
        for (int i = 0; i < 2; ++i) one(disk, Disk::Keeps::some, due, otherwise);
    }
    std::size_t opened = 0, blocks = 0, wrong = 0;
    std::string first;  // that was wrong, in words

private:
    void one(const Disk& disk, Disk::Keeps keeps, const Held& due, const Held* otherwise) {
        ++opened;
        const auto words = look(disk.after_power_cut(keeps, random_), due, otherwise);
        if (words.empty()) return;
        if (wrong++ == 0) first = "image " + std::to_string(opened) + " (" + name(keeps) + "): " + words;
    }
    static std::string name(Disk::Keeps keeps) {
        constexpr const char* kNames[] = {"all kept", "only what was synced", "the last write torn",
                                          "any part"};
        return kNames[static_cast<unsigned>(keeps)];
    }
    std::string look(const std::map<std::string, SparseFile>& files, const Held& due, const Held* otherwise) {
        std::filesystem::remove_all(directory_.path());
        std::filesystem::create_directory(directory_.path());
        for (const auto& [path, file] : files) {
            const std::filesystem::path place(directory_.path() + path.substr(home_.size()));
            std::filesystem::create_directories(place.parent_path());
            file.save(place.string());
        }
        auto options = small_store(kQuota);
        options.reserve = 0;
        const auto store = VaultStore::open(directory_.path(), options);
        if (!store) return "does not open: " + store.error().text();
        blocks += (*store)->usage().blocks;
        const auto words = difference(**store, due, contents_);
        if (words.empty() || !otherwise) return words;
        const auto others = difference(**store, *otherwise, contents_);
        return others.empty() ? others : words + ", and for the state before: " + others;
    }

    Contents& contents_;
    std::string home_;
    crypto::SeededRng random_;
    TemporaryDirectory directory_;
};

BOOST_AUTO_TEST_CASE(every_image_a_power_cut_may_leave_holds_what_was_acknowledged) {
    const auto operations = setting("CATACOMB_POWER_OPERATIONS", 40);
    const auto seed = setting("CATACOMB_POWER_SEED", 1);
    const TemporaryDirectory directory;
    Contents contents;
    std::vector<DiskRecord::Event> events;
    std::vector<Step> steps;
    std::size_t acknowledged = 0, syncs = 0;
    {
        DiskRecord record(directory.path());
        Run run(contents, operations, seed, record);
        acknowledged = run.acknowledged;
        steps = std::move(run.steps);
        syncs = record.count(DiskCall::Kind::sync);
        events = std::move(record.events);
    }
    Disk disk;
    Images images(contents, directory.path(), seed);
    for (const auto& step : steps) {
        for (auto i = step.begin; i < step.end; ++i) {
            disk.step(events[i]);
            images.all_of(disk, step.after, i + 1 == step.end ? nullptr : &step.before);
        }
    }
    BOOST_TEST(images.wrong == 0u, images.first);
    BOOST_TEST(acknowledged > operations);  // the run did put blocks
    std::cout << "power cuts: " << images.opened << " images of " << operations << " operations ("
              << acknowledged << " blocks acknowledged, " << events.size() << " events, " << syncs
              << " syncs, seed " << seed << ") opened, " << images.blocks << " blocks read, " << images.wrong
              << " images wrong\n";
}

}  // namespace
}  // namespace catacomb::storage
