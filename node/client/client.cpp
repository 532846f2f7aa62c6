#include "node/client/client.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace catacomb::node {
namespace {
constexpr std::size_t kJobsKept = 100;
}  // namespace

Client::Client(ClientParts parts, NodeFacts facts)
    : parts_(std::move(parts)),
      facts_(std::move(facts)),
      ids_(parts_.runtime.rng().split("job ids")),
      room_(parts_.runtime),
      tasks_(parts_.runtime) {}

Result<JobPtr> Client::new_job(JobKind kind) {
    if (parts_.runtime.closing()) return error(Code::closed, "the node is stopping");
    if (running_ >= parts_.jobs_at_once)
        return error(Code::limit, "too many jobs are running; wait for one to end");
    if (auto enough = enough_relays(); !enough) return enough.error();
    auto job = std::make_shared<Job>(parts_.runtime, ids_->u64(), kind);
    ++running_;
    jobs_.push_front(job);
    if (jobs_.size() > kJobsKept) {
        auto oldest =
            std::find_if(jobs_.rbegin(), jobs_.rend(), [](const auto& one) { return one->is_over(); });
        if (oldest != jobs_.rend()) jobs_.erase(std::next(oldest).base());
    }
    return job;
}

Result<> Client::enough_relays() const {
    const auto least = parts_.view.network().refuse_below_relays;
    const auto known = parts_.view.live(parts_.runtime.now()).size();
    if (known < least) {
        return error(Code::too_few_relays, concat("this network hides nobody below ", least, " relays, and ",
                                                  known, " are known: try again later"));
    }
    // A network that is being learnt is worth waiting for.
    auto enough = parts_.paths.enough_relays(kClientHops);
    if (!enough && enough.error().is(Code::busy)) return ok();
    return enough;
}

Result<JobId> Client::begin_insert(InsertOptions options, std::shared_ptr<ByteSource> from) {
    auto job = new_job(JobKind::insert);
    if (!job) return job.error();
    tasks_.spawn(run(std::make_shared<InsertJob>(parts_, *job, std::move(options), std::move(from))));
    return (*job)->status.id;
}

Result<JobId> Client::begin_get(std::string key, GetOptions, std::shared_ptr<ByteSink> to) {
    auto decoded = storage::ReadKey::decode(key);
    if (!decoded) return decoded.error();
    auto job = new_job(JobKind::get);
    if (!job) return job.error();
    tasks_.spawn(run(std::make_shared<GetJob>(parts_, *job, std::move(*decoded), std::move(to))));
    return (*job)->status.id;
}

Result<JobId> Client::begin_check(std::string key, CheckOptions options) {
    auto decoded = storage::VerifyKey::decode(key);
    if (!decoded) return decoded.error();
    auto job = new_job(JobKind::check);
    if (!job) return job.error();
    tasks_.spawn(run(std::make_shared<CheckJob>(parts_, *job, std::move(*decoded), options)));
    return (*job)->status.id;
}

Result<JobId> Client::begin_renew(std::string key, RenewOptions options) {
    auto decoded = storage::VerifyKey::decode(key);
    if (!decoded) return decoded.error();
    auto job = new_job(JobKind::renew);
    if (!job) return job.error();
    tasks_.spawn(run(std::make_shared<RenewJob>(parts_, *job, std::move(*decoded), options)));
    return (*job)->status.id;
}

std::vector<JobStatus> Client::jobs() const {
    std::vector<JobStatus> out;
    for (const auto& job : jobs_) out.push_back(job->status);
    return out;
}

Result<JobPtr> Client::find(JobId id) const {
    for (const auto& job : jobs_) {
        if (job->status.id == id) return job;
    }
    return error(Code::not_found, "there is no such job");
}

Result<JobStatus> Client::job(JobId id) const {
    auto found = find(id);
    if (!found) return found.error();
    return (*found)->status;
}

Result<> Client::cancel(JobId id) {
    auto found = find(id);
    if (!found) return found.error();
    (*found)->cancel();
    return ok();
}

Task<bool> Client::wait_for_room(Time deadline) {
    const auto wake = co_await room_.wait(deadline);
    co_return wake == routing::Wake::opened;
}

Task<std::uint64_t> Client::wait_for_change(JobId id, std::uint64_t seen_version, Time deadline) {
    auto found = find(id);
    if (!found) co_return 0;
    auto job = *found;
    co_await job->wait(seen_version, deadline);
    co_return job->version;
}

}  // namespace catacomb::node
