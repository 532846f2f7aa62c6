// What a disk may hold after a power cut. DiskRecord writes down all that a program does to the files of one
// directory; a Disk replays it, event by event, and knows what was durable at each: what was synced since, or
// written by a call that syncs. Of the rest a disk may have kept any part, in sectors of 512 bytes.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "base/rng.hpp"
#include "tests/support/disk_calls.hpp"

namespace catacomb {

class DiskRecord final : public DiskWatch {
public:
    using DiskWatch::DiskWatch;
    int refuse(const DiskCall& call) override;
    void done(const DiskCall& call) override;

    struct Event {
        DiskCall call;
        bool failed = false;  // a sync that did: what it was to save is lost, as Linux drops it
    };
    // Asked before each call; what is not zero is the errno it fails with.
    std::function<int(const DiskCall&)> fault;
    std::vector<Event> events;
    // How often that was done.
    std::size_t count(DiskCall::Kind kind) const;
};

// One file's bytes; pages that were never written are zeros and take no room.
class SparseFile {
public:
    void write(std::uint64_t offset, ByteView bytes);
    void resize(std::uint64_t size);
    void save(const std::string& path) const;

private:
    std::map<std::uint64_t, Bytes> pages_;  // by number
    std::uint64_t size_ = 0;
};

class Disk {
public:
    void step(const DiskRecord::Event& event);

    // What is kept of all that is not durable.
    enum class Keeps : std::uint8_t {
        all,   // as the program saw it
        none,  // only what is durable
        torn,  // all, but the last write only in part
        some   // any part of any of it
    };
    // The files as such a power cut leaves them, by name.
    std::map<std::string, SparseFile> after_power_cut(Keeps keeps, Rng& rng) const;
    // The last event was a write that is not durable.
    bool can_tear() const;
    bool all_durable() const;

private:
    struct Change {
        enum class Kind : std::uint8_t { write, resize, name, unname };
        Kind kind = Kind::write;
        std::uint64_t file = 0;
        std::uint64_t at = 0;  // offset of a write, or a size
        Bytes data;
        std::string name;
        bool durable = false;
    };
    struct Files {
        std::map<std::string, std::uint64_t> names;
        std::map<std::uint64_t, SparseFile> content;
        void apply(const Change& change);
    };
    std::uint64_t number_of(const DiskCall& call);
    void sync(const DiskCall& call, bool failed);
    static bool is_naming(const Change& change);
    static void keep_part(Files& files, Change change, Rng& rng);

    // Files by a number of our own: inodes are used again.
    std::map<std::uint64_t, std::uint64_t> numbers_;
    std::uint64_t next_ = 1;
    Files durable_;
    std::vector<Change> pending_;  // in order, with those among them that are durable
};

}  // namespace catacomb
