#include "tests/support/power_cut.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/check.hpp"

namespace catacomb {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kSector = 512;

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

int DiskRecord::refuse(const DiskCall& call) {
    const int refused = fault ? fault(call) : 0;
    if (refused != 0 && call.kind == DiskCall::Kind::sync) events.push_back({call, true});
    return refused;
}

void DiskRecord::done(const DiskCall& call) {
    if (call.kind != DiskCall::Kind::load && call.kind != DiskCall::Kind::read)
        events.push_back({call, false});
}

std::size_t DiskRecord::count(DiskCall::Kind kind) const {
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const auto& event) {
        return event.call.kind == kind && !event.failed;
    }));
}

void SparseFile::write(std::uint64_t offset, ByteView bytes) {
    size_ = std::max(size_, offset + bytes.size());
    while (!bytes.empty()) {
        auto& page = pages_[offset / kPage];
        page.resize(kPage);
        const auto within = offset % kPage;
        const auto part = bytes.first(std::min<std::size_t>(bytes.size(), kPage - within));
        copy(MutableBytes(page).subspan(within), part);
        bytes = bytes.subspan(part.size());
        offset += part.size();
    }
}

void SparseFile::resize(std::uint64_t size) {
    size_ = size;
    pages_.erase(pages_.lower_bound((size + kPage - 1) / kPage), pages_.end());
    const auto last = pages_.find(size / kPage);
    if (last != pages_.end()) fill_zero(MutableBytes(last->second).subspan(size % kPage));
}

void SparseFile::save(const std::string& path) const {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    for (const auto& [number, page] : pages_) {
        out.seekp(static_cast<std::streamoff>(number * kPage));
        out.write(reinterpret_cast<const char*>(page.data()), static_cast<std::streamsize>(page.size()));
    }
    out.close();
    CHECK(out.good());
    std::filesystem::resize_file(path, size_);
}

void Disk::Files::apply(const Change& change) {
    switch (change.kind) {
        case Change::Kind::write:
            content[change.file].write(change.at, change.data);
            break;
        case Change::Kind::resize:
            content[change.file].resize(change.at);
            break;
        case Change::Kind::name:
            std::erase_if(names, [&](const auto& entry) { return entry.second == change.file; });
            names[change.name] = change.file;
            break;
        case Change::Kind::unname:
            names.erase(change.name);
            break;
    }
}

bool Disk::is_naming(const Change& change) {
    return change.kind == Change::Kind::name || change.kind == Change::Kind::unname;
}

// A file that is new gets its name in the directory, which is not durable before the directory is.
std::uint64_t Disk::number_of(const DiskCall& call) {
    auto& number = numbers_[call.file];
    if (number == 0) {
        number = next_++;
        pending_.push_back({Change::Kind::name, number, 0, {}, call.path, false});
    }
    return number;
}

void Disk::step(const DiskRecord::Event& event) {
    const auto& call = event.call;
    switch (call.kind) {
        case DiskCall::Kind::write: {
            const auto file = number_of(call);
            pending_.push_back({Change::Kind::write, file, call.offset, call.data, {}, call.durable});
            break;
        }
        case DiskCall::Kind::resize:
        case DiskCall::Kind::allocate: {
            const auto file = number_of(call);
            pending_.push_back({Change::Kind::resize, file, call.size, {}, {}, false});
            break;
        }
        case DiskCall::Kind::sync:
            sync(call, event.failed);
            break;
        case DiskCall::Kind::rename: {
            const auto file = number_of(call);
            pending_.push_back({Change::Kind::name, file, 0, {}, call.to, false});
            break;
        }
        case DiskCall::Kind::unlink:
            pending_.push_back({Change::Kind::unname, 0, 0, {}, call.path, false});
            numbers_.erase(call.file);
            break;
        case DiskCall::Kind::load:
        case DiskCall::Kind::read:
            break;
    }
}

// Of a file: its content, not its name; of a directory: the names in it.
void Disk::sync(const DiskCall& call, bool failed) {
    const auto found = numbers_.find(call.file);
    std::vector<Change> left;
    for (auto& change : pending_) {
        const bool covered = is_naming(change) ? directory_of(change.name) == call.path
                                               : found != numbers_.end() && change.file == found->second;
        if (!covered) {
            left.push_back(std::move(change));
            continue;
        }
        if (failed && !change.durable) continue;
        durable_.apply(change);
        // Names that it had before are no more.
        if (!is_naming(change)) continue;
        std::erase_if(left, [&](const auto& old) { return is_naming(old) && old.file == change.file; });
    }
    pending_ = std::move(left);
}

bool Disk::can_tear() const {
    return !pending_.empty() && pending_.back().kind == Change::Kind::write && !pending_.back().durable &&
           pending_.back().data.size() > kSector;
}

bool Disk::all_durable() const {
    return std::all_of(pending_.begin(), pending_.end(), [](const auto& change) { return change.durable; });
}

// Half the time the front of it, else any of its sectors.
void Disk::keep_part(Files& files, Change change, Rng& rng) {
    const auto all = std::move(change.data);
    const bool front = rng.chance(0.5);
    const auto sectors = (all.size() + kSector - 1) / kSector;
    const auto kept = rng.below(sectors);
    for (std::size_t i = 0; i < sectors; ++i) {
        if (front ? i >= kept : rng.chance(0.5)) continue;
        Change sector = change;
        sector.at += i * kSector;
        sector.data = to_bytes(
            ByteView(all).subspan(i * kSector, std::min<std::size_t>(kSector, all.size() - i * kSector)));
        files.apply(sector);
    }
}

std::map<std::string, SparseFile> Disk::after_power_cut(Keeps keeps, Rng& rng) const {
    Files files = durable_;
    const double share = keeps == Keeps::some ? rng.unit() : 1.0;
    for (const auto& change : pending_) {
        const bool tear =
            keeps == Keeps::torn ? &change == &pending_.back() : keeps == Keeps::some && rng.chance(0.25);
        if (change.durable) {
            files.apply(change);
        } else if (keeps == Keeps::none || (keeps == Keeps::some && !rng.chance(share))) {
            // A directory's names are kept in order: a later one not without those before.
            continue;
        } else if (tear && change.kind == Change::Kind::write) {
            keep_part(files, change, rng);
        } else {
            files.apply(change);
        }
    }
    std::map<std::string, SparseFile> out;
    for (const auto& [name, file] : files.names) out[name] = files.content[file];
    return out;
}

}  // namespace catacomb
