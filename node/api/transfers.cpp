#include "node/api/transfers.hpp"

#include "base/log.hpp"

namespace catacomb::node::api {
namespace {
constexpr Duration kLeastPause = seconds(1);
}

Result<JobId> Transfers::begin(JobRequest request) {
    if (auto* check = std::get_if<CheckRequest>(&request))
        return service_.begin_check(std::move(check->key), check->options);
    if (auto* renew = std::get_if<RenewRequest>(&request))
        return service_.begin_renew(std::move(renew->key), renew->options);
    forget_over();
    auto pipe = new_pipe();
    if (auto* insert = std::get_if<InsertRequest>(&request)) {
        auto id = service_.begin_insert(std::move(insert->options), std::make_shared<PipeSource>(pipe));
        if (id) uploads_.emplace(*id, pipe);
        return id;
    }
    auto& get = std::get<GetRequest>(request);
    auto id = service_.begin_get(std::move(get.key), get.options, std::make_shared<PipeSink>(pipe));
    if (id) downloads_.emplace(*id, pipe);
    return id;
}

Result<std::pair<JobId, Transfers::PipePtr>> Transfers::begin_attached(InsertOptions options) {
    auto pipe = new_pipe();
    pipe->attach();
    auto id = service_.begin_insert(std::move(options), std::make_shared<PipeSource>(pipe));
    if (!id) return id.error();
    return std::pair(*id, pipe);
}

Result<std::pair<JobId, Transfers::PipePtr>> Transfers::begin_attached(std::string key) {
    auto pipe = new_pipe();
    pipe->attach();
    auto id = service_.begin_get(std::move(key), GetOptions{}, std::make_shared<PipeSink>(pipe));
    if (!id) return id.error();
    return std::pair(*id, pipe);
}

Result<Transfers::PipePtr> Transfers::take_upload(JobId id, std::uint64_t offset) {
    if (const auto has = offset_of(id); has && *has != offset) {
        return error(Code::changed,
                     concat("the upload begins at byte ", offset, ", and the job has ", *has, " bytes"));
    }
    return take(uploads_, id);
}

Result<Transfers::PipePtr> Transfers::take_download(JobId id) { return take(downloads_, id); }

std::optional<std::uint64_t> Transfers::offset_of(JobId id) const {
    const auto found = uploads_.find(id);
    if (found == uploads_.end()) return std::nullopt;
    return found->second->taken();
}

Transfers::PipePtr Transfers::new_pipe() const {
    return std::make_shared<Pipe>(runtime_, limits_.transfer_buffer.bytes,
                                  runtime_.now() + limits_.attach_limit);
}

Result<Transfers::PipePtr> Transfers::take(Pipes& from, JobId id) {
    forget_over();
    if (auto taken = from.extract(id); !taken.empty()) {
        taken.mapped()->attach();
        return taken.mapped();
    }
    const auto job = service_.job(id);
    if (!job) return job.error();
    if (job->failure) return *job->failure;
    return error(Code::refused, concat("job ", text_of(id), " waits for no such connection"));
}

Task<void> Transfers::forget_unfetched() {
    const auto pause = std::max<Duration>(limits_.attach_limit, kLeastPause);
    while (true) {
        const bool open = co_await routing::sleep_for(runtime_, pause);
        if (!open) co_return;
        forget_over();
    }
}

bool Transfers::is_over(JobId id, const Pipe& pipe) const {
    const auto job = service_.job(id);
    if (!job) return true;
    return job->state != JobState::running && !pipe.awaits_reader(runtime_.now());
}

void Transfers::forget_over() {
    for (auto* pipes : {&uploads_, &downloads_}) {
        std::erase_if(*pipes, [this](const auto& entry) { return is_over(entry.first, *entry.second); });
    }
}

}  // namespace catacomb::node::api
