#include "node/api/routes.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "node/config/setting_values.hpp"

namespace catacomb::node::api {
namespace {

constexpr Duration kLongestPoll = seconds(30);
constexpr Duration kLeastPause = seconds(1);
constexpr std::size_t kFileChunk = 1024 * 1024;

struct Target {
    std::vector<std::string> path;
    std::map<std::string, std::string> query;
};

std::optional<Target> parse_target(std::string_view text) {
    const auto url = boost::urls::parse_origin_form(text);
    if (!url) return std::nullopt;
    Target out;
    for (const auto& segment : url->segments()) out.path.push_back(segment);
    for (const auto& parameter : url->params()) out.query[parameter.key] = parameter.value;
    return out;
}

// GET /v1/jobs/{id}?wait=VERSION&timeout=SECONDS
struct Poll {
    bool waits = false;
    std::uint64_t seen = 0;
    Duration limit = kLongestPoll;
};
Result<Poll> parse_poll(const std::map<std::string, std::string>& query) {
    Poll poll;
    for (const auto& [name, text] : query) {
        std::uint64_t number = 0;
        if (auto done = parse(text, number); !done)
            return error(Code::bad_input, name + ": " + done.error().text());
        if (name == "wait") {
            poll.waits = true;
            poll.seen = number;
        } else if (name == "timeout") {
            poll.limit =
                std::min<Duration>(kLongestPoll, seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(
                                                     number, kLongestPoll / seconds(1)))));
        } else {
            return error(Code::bad_input, "unknown parameter '" + name + "'");
        }
    }
    return poll;
}

Error no_such_thing() {
    return error(Code::not_found, "the API has no such thing (docs/spec/api.md lists what it has)");
}

}  // namespace

Task<void> Routes::handle(Exchange& exchange) {
    const auto target = parse_target(exchange.target());
    const auto method = exchange.method();
    if (!target || target->path.size() < 2 || target->path[0] != "v1") {
        co_await answer_error(exchange, no_such_thing());
        co_return;
    }
    const auto& path = target->path;
    const auto depth = path.size();
    if (path[1] == "status" && depth == 2 && method == "GET") {
        auto text = service_.status_json();
        co_await exchange.answer(200, std::move(text));
    } else if (path[1] == "circuits" && depth == 2 && method == "GET") {
        auto text = service_.circuits_json();
        co_await exchange.answer(200, std::move(text));
    } else if (path[1] == "files" && depth == 2 && method == "POST") {
        co_await insert_file(exchange);
    } else if (path[1] == "files" && depth == 3 && method == "GET") {
        co_await get_file(exchange, path[2]);
    } else if (path[1] == "jobs" && depth == 2) {
        co_await jobs(exchange);
    } else if (JobId id = 0; path[1] == "jobs" && depth >= 3 && parse(path[2], id)) {
        if (depth == 3) {
            co_await one_job(exchange, id);
        } else if (depth == 4 && path[3] == "content") {
            co_await content(exchange, id);
        } else {
            co_await answer_error(exchange, no_such_thing());
        }
    } else {
        co_await answer_error(exchange, no_such_thing());
    }
}

Task<void> Routes::jobs(Exchange& exchange) {
    if (exchange.method() == "GET") {
        auto all = list_jobs();
        co_await answer_json(exchange, 200, std::move(all));
    } else if (exchange.method() == "POST") {
        co_await create_job(exchange);
    } else {
        co_await answer_error(exchange, no_such_thing());
    }
}

boost::json::object Routes::list_jobs() const {
    boost::json::array all;
    for (const auto& job : service_.jobs()) all.push_back(job_summary_json(job));
    return {{"jobs", std::move(all)}};
}

Task<void> Routes::create_job(Exchange& exchange) {
    const auto text = co_await exchange.read_text(limits_.json_limit.bytes);
    if (!text) {
        co_await answer_error(exchange, text.error());
        co_return;
    }
    auto job = begin(*text);
    if (!job) {
        co_await answer_error(exchange, job.error());
        co_return;
    }
    auto body = job_json(*job);
    co_await answer_json(exchange, 201, std::move(body));
}

Result<JobStatus> Routes::begin(std::string_view request_text) {
    auto request = parse_job_request(request_text);
    if (!request) return request.error();
    auto id = begin(std::move(*request));
    if (!id) return id.error();
    return service_.job(*id);
}

Result<JobId> Routes::begin(JobRequest request) {
    if (auto* check = std::get_if<CheckRequest>(&request))
        return service_.begin_check(std::move(check->key), check->options);
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

Task<void> Routes::one_job(Exchange& exchange, JobId id) {
    if (exchange.method() == "GET") {
        co_await show_job(exchange, id);
        co_return;
    }
    if (exchange.method() != "DELETE") {
        co_await answer_error(exchange, no_such_thing());
        co_return;
    }
    const auto done = service_.cancel(id);
    if (!done) {
        co_await answer_error(exchange, done.error());
        co_return;
    }
    co_await show_job(exchange, id);
}

Task<void> Routes::show_job(Exchange& exchange, JobId id) {
    const auto target = parse_target(exchange.target());
    const auto poll = parse_poll(target->query);
    if (!poll) {
        co_await answer_error(exchange, poll.error());
        co_return;
    }
    auto deadline = runtime_.now();
    if (poll->waits) deadline += poll->limit;
    const bool there = service_.job(id).has_value();
    std::uint64_t version = 0;
    if (there) version = co_await service_.wait_for_change(id, poll->seen, deadline);
    const auto job = service_.job(id);
    if (!job) {
        co_await answer_error(exchange, job.error());
        co_return;
    }
    auto body = job_json(*job);
    body["version"] = version;
    co_await answer_json(exchange, 200, std::move(body));
}

Task<void> Routes::content(Exchange& exchange, JobId id) {
    const bool in = exchange.method() == "PUT";
    if (!in && exchange.method() != "GET") {
        co_await answer_error(exchange, no_such_thing());
        co_return;
    }
    forget_over();
    auto pipe = take_pipe(in ? uploads_ : downloads_, id);
    if (!pipe) {
        const auto job = service_.job(id);
        auto why =
            job ? error(Code::refused, concat("job ", id, " waits for no such connection")) : job.error();
        if (job && job->failure) why = *job->failure;
        co_await answer_error(exchange, std::move(why));
        co_return;
    }
    pipe->attach();
    if (!in) {
        co_await download(exchange, id, pipe);
        co_return;
    }
    // A job that ended early is told by its own failure, which says more than the pipe's.
    const auto sent = co_await upload(exchange, *pipe);
    if (sent) {
        co_await show_job(exchange, id);
    } else {
        co_await answer_ended(exchange, id);
    }
}

Task<void> Routes::insert_file(Exchange& exchange) {
    const InsertHeaders headers{exchange.header("X-Catacomb-Name"), exchange.header("X-Catacomb-Hash"),
                                exchange.header("X-Catacomb-Size"), exchange.header("X-Catacomb-Convergent")};
    auto options = parse_insert_headers(headers);
    if (!options) {
        co_await answer_error(exchange, options.error());
        co_return;
    }
    auto pipe = new_pipe();
    pipe->attach();
    const auto id = service_.begin_insert(std::move(*options), std::make_shared<PipeSource>(pipe));
    if (!id) {
        co_await answer_error(exchange, id.error());
        co_return;
    }
    co_await upload(exchange, *pipe);
    co_await answer_ended(exchange, *id);
}

Task<void> Routes::get_file(Exchange& exchange, std::string key) {
    auto pipe = new_pipe();
    pipe->attach();
    const GetOptions options;
    const auto id = service_.begin_get(std::move(key), options, std::make_shared<PipeSink>(pipe));
    if (!id) {
        co_await answer_error(exchange, id.error());
        co_return;
    }
    co_await download(exchange, *id, pipe);
}

// The client's body into the pipe. When either side breaks, so does the other.
Task<Result<>> Routes::upload(Exchange& exchange, Pipe& pipe) {
    while (true) {
        auto chunk = co_await exchange.read_body();
        if (!chunk) {
            pipe.fail(chunk.error());
            co_return chunk.error();
        }
        if (chunk->empty()) break;
        auto pushed = co_await pipe.push(std::move(*chunk));
        if (!pushed) co_return pushed.error();
    }
    pipe.finish();
    co_return ok();
}

Task<void> Routes::download(Exchange& exchange, JobId id, std::shared_ptr<Pipe> pipe) {
    const auto file = co_await pipe->begun();
    if (!file) {
        co_await answer_ended(exchange, id);
        co_return;
    }
    auto sent = co_await exchange.begin_file(*file, id);
    while (sent) {
        auto chunk = co_await pipe->pull(kFileChunk);
        if (!chunk || chunk->empty()) co_return;
        sent = co_await exchange.write(std::move(*chunk));
    }
    pipe->fail(sent.error());
    static_cast<void>(service_.cancel(id));  // it may have ended meanwhile
}

Task<Result<JobStatus>> Routes::ended(JobId id) {
    std::uint64_t seen = 0;
    while (true) {
        auto job = service_.job(id);
        if (!job || job->state != JobState::running) co_return job;
        if (runtime_.closing()) co_return error(Code::closed, "the node is shutting down");
        const auto deadline = runtime_.now() + kLongestPoll;
        seen = co_await service_.wait_for_change(id, seen, deadline);
    }
}

Task<void> Routes::answer_ended(Exchange& exchange, JobId id) {
    const auto job = co_await ended(id);
    if (!job) {
        co_await answer_error(exchange, job.error());
        co_return;
    }
    auto body = job_json(*job);
    unsigned status = 201;
    if (job->failure) status = http_status_of(job->failure->code);
    if (job->state == JobState::cancelled) status = 409;
    co_await answer_json(exchange, status, std::move(body));
}

std::shared_ptr<Pipe> Routes::new_pipe() const {
    return std::make_shared<Pipe>(runtime_, limits_.transfer_buffer.bytes,
                                  runtime_.now() + limits_.attach_limit);
}

std::shared_ptr<Pipe> Routes::take_pipe(std::map<JobId, std::shared_ptr<Pipe>>& from, JobId id) {
    const auto found = from.find(id);
    if (found == from.end()) return nullptr;
    auto pipe = std::move(found->second);
    from.erase(found);
    return pipe;
}

Task<void> Routes::forget_unfetched() {
    const auto pause = std::max<Duration>(limits_.attach_limit, kLeastPause);
    while (true) {
        const bool open = co_await routing::sleep_for(runtime_, pause);
        if (!open) co_return;
        forget_over();
    }
}

bool Routes::is_over(JobId id, const Pipe& pipe) const {
    const auto job = service_.job(id);
    if (!job) return true;
    return job->state != JobState::running && !pipe.awaits_reader(runtime_.now());
}

void Routes::forget_over() {
    for (auto* pipes : {&uploads_, &downloads_}) {
        std::erase_if(*pipes, [this](const auto& entry) { return is_over(entry.first, *entry.second); });
    }
}

}  // namespace catacomb::node::api
