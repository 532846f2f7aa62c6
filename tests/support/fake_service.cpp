#include "tests/support/fake_service.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "crypto/hash.hpp"

namespace catacomb::tests {
using namespace node;
namespace {

constexpr std::size_t kChunk = 200'000;

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

}  // namespace

std::string FakeService::key_of(ByteView content) { return "chk1" + crypto::content_hash(content).hex(); }

FakeService::Job& FakeService::new_job(JobKind kind) {
    const JobId id = jobs_.size() + 1;
    auto& job = *jobs_.emplace(id, std::make_unique<Job>(runtime_)).first->second;
    job.status.id = id;
    job.status.kind = kind;
    job.status.started = runtime_.now();
    return job;
}

Result<> FakeService::has_room() const {
    const auto running =
        static_cast<std::size_t>(std::count_if(jobs_.begin(), jobs_.end(), [](const auto& entry) {
            return entry.second->status.state == JobState::running;
        }));
    if (running < most_jobs) return ok();
    return error(Code::limit, "too many jobs are running; wait for one to end");
}

Task<bool> FakeService::wait_for_room(Time deadline) {
    const auto wake = co_await room_.wait(deadline);
    co_return wake == routing::Wake::opened;
}

void FakeService::change(Job& job) {
    ++job.version;
    job.changed.open();
}

void FakeService::end(Job& job, JobState state) {
    if (job.status.state != JobState::running) return;
    job.status.state = state;
    job.status.ended = runtime_.now();
    change(job);
    room_.open();
}

void FakeService::fail(Job& job, Error why) {
    if (job.status.state == JobState::running) job.status.failure = std::move(why);
    end(job, JobState::failed);
}

Result<JobId> FakeService::begin_insert(InsertOptions options, std::shared_ptr<ByteSource> from) {
    if (begins(options.name, "no-relays")) {
        return error(Code::too_few_relays, "2 relays are known, and a circuit needs 3");
    }
    if (auto room = has_room(); !room) return room.error();
    inserts.push_back(options);
    auto& job = new_job(JobKind::insert);
    tasks_.spawn(run_insert(job.status.id, std::move(options), std::move(from)));
    return job.status.id;
}

Task<> FakeService::wait_while_stalled(Job& job) {
    while (stalled && job.status.state == JobState::running && !runtime_.closing()) {
        co_await routing::sleep_for(runtime_, milliseconds(1));
    }
}

Task<> FakeService::run_insert(JobId id, InsertOptions options, std::shared_ptr<ByteSource> from) {
    auto& job = *jobs_.at(id);
    job.status.progress.phase = "storing";
    job.status.progress.bytes_total = options.size;
    Bytes content;
    while (job.status.state == JobState::running) {
        co_await wait_while_stalled(job);
        if (job.status.state != JobState::running) co_return;
        auto chunk = co_await from->read(kChunk);
        if (!chunk) {
            fail(job, chunk.error());
            co_return;
        }
        if (chunk->empty()) break;
        append(content, *chunk);
        bytes_read = content.size();
        job.status.progress.bytes_done = content.size();
        change(job);
        if (begins(options.name, "full")) {
            fail(job, error(Code::full, "every vault that was asked is full"));
            co_return;
        }
    }
    const auto hash = crypto::content_hash(content);
    if (options.content_hash && !equal(*options.content_hash, hash.view())) {
        fail(job, error(Code::changed, "the file changed while it was read"));
        co_return;
    }
    InsertReport report;
    report.key = key_of(content);
    report.segments = 1;
    report.blocks_placed = report.blocks_wanted = report.least_placed = report.least_wanted = 60;
    job.status.insert = report;
    stored_[report.key] = {options.name, std::move(content)};
    end(job, JobState::done);
}

Result<JobId> FakeService::begin_get(std::string key, GetOptions, std::shared_ptr<ByteSink> to) {
    if (!begins(key, "chk1")) return error(Code::bad_input, "a key begins with chk1; character 1 is wrong");
    if (auto room = has_room(); !room) return room.error();
    auto& job = new_job(JobKind::get);
    tasks_.spawn(run_get(job.status.id, std::move(key), std::move(to)));
    return job.status.id;
}

Task<> FakeService::run_get(JobId id, std::string key, std::shared_ptr<ByteSink> to) {
    auto& job = *jobs_.at(id);
    job.status.progress.phase = "fetching";
    change(job);
    const auto found = stored_.find(key);
    if (found == stored_.end()) {
        fail(job, error(Code::not_found, "not found: 0 of 20 blocks were seen"));
        co_return;
    }
    // A copy: the file may be inserted again meanwhile.
    const auto file = found->second;
    GetReport report;
    report.name = file.name;
    report.size = file.content.size();
    auto going = co_await to->begin(report);
    for (std::size_t at = 0; going && at < file.content.size(); at += kChunk) {
        co_await wait_while_stalled(job);
        if (job.status.state != JobState::running) co_return;
        if (begins(file.name, "half") && at >= file.content.size() / 2) {
            fail(job, error(Code::not_found, "segment 1: 19 of 20 blocks were found"));
            co_return;
        }
        const auto size = std::min(kChunk, file.content.size() - at);
        auto chunk = to_bytes(ByteView(file.content).subspan(at, size));
        going = co_await to->write(std::move(chunk));
        job.status.progress.bytes_done = at + size;
        change(job);
    }
    if (going) going = co_await to->end();
    if (!going) {
        fail(job, going.error());
        co_return;
    }
    job.status.get = report;
    end(job, JobState::done);
}

Result<JobId> FakeService::begin_check(std::string key, node::CheckOptions options) {
    if (!begins(key, "chk1")) return error(Code::bad_input, "a key begins with chk1; character 1 is wrong");
    auto& job = new_job(JobKind::check);
    CheckReport report;
    report.reported = stored_.count(key) > 0;
    report.readable = report.reported && options.verify;
    const unsigned available = report.reported ? 58 : 3, verified = report.readable ? 20 : 1;
    report.segments.push_back({.level = 0,
                               .index = 0,
                               .k = 20,
                               .n = 60,
                               .verified = verified,
                               .available = available,
                               .absent = 1});
    job.status.check = report;
    end(job, JobState::done);
    return job.status.id;
}

Result<JobId> FakeService::begin_renew(std::string key, node::RenewOptions options) {
    if (!begins(key, "chk1")) return error(Code::bad_input, "a key begins with chk1; character 1 is wrong");
    auto& job = new_job(JobKind::renew);
    RenewReport report;
    const bool stored = stored_.count(key) > 0;
    report.segments = 1;
    report.blocks = report.least_wanted = 60;
    report.blocks_renewed = report.least_renewed = stored ? 58 : 3;
    report.blocks_absent = 1;
    report.least_needed = 20;
    report.segments_short = stored ? 0 : 1;
    report.lease_asked = Time(options.days * hours(24));
    report.first_lease_end = report.lease_asked;
    if (stored) report.lease_end = report.lease_asked;
    job.status.renew = report;
    end(job, JobState::done);
    return job.status.id;
}

std::vector<JobStatus> FakeService::jobs() const {
    std::vector<JobStatus> out;
    for (auto it = jobs_.rbegin(); it != jobs_.rend(); ++it) out.push_back(it->second->status);
    return out;
}

Result<JobStatus> FakeService::job(JobId id) const {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return error(Code::not_found, concat("there is no job ", id));
    return found->second->status;
}

Result<> FakeService::cancel(JobId id) {
    const auto found = jobs_.find(id);
    if (found == jobs_.end()) return error(Code::not_found, concat("there is no job ", id));
    end(*found->second, JobState::cancelled);
    return ok();
}

Task<std::uint64_t> FakeService::wait_for_change(JobId id, std::uint64_t seen, Time deadline) {
    auto& job = *jobs_.at(id);
    while (job.version <= seen && runtime_.now() < deadline && !runtime_.closing()) {
        co_await job.changed.wait(deadline);
    }
    co_return job.version;
}

StatusFacts FakeService::status() const {
    StatusFacts out;
    out.is_relay = out.ring_joined = out.ready = true;
    out.relays_known = 1;
    out.warn_below = 20;
    out.vault = VaultFacts{.registrations = 1, .wanted = 1, .blocks = 0, .bytes = 0, .quota = 1024};
    out.circuits_ready = 3;
    return out;
}

CircuitFacts FakeService::circuits() const {
    const auto relay = [](std::uint32_t n) { return routing::Endpoint::v4(0x7f000001 + (n << 16), 4000); };
    CircuitFacts out;
    out.guards.push_back(relay(11));
    out.paths.push_back({relay(11), relay(12), relay(13)});
    return out;
}

}  // namespace catacomb::tests
