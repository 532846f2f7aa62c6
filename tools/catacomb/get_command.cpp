#include <mutex>

#include "base/log.hpp"
#include "base/plain_text.hpp"
#include "tools/catacomb/begun_job.hpp"
#include "tools/catacomb/commands.hpp"
#include "tools/catacomb/interrupts.hpp"
#include "tools/catacomb/job_follower.hpp"
#include "tools/catacomb/output_file.hpp"

namespace catacomb::cli {
namespace json = boost::json;
namespace {

// Where the file goes: opened when its head has come, since only that tells the stored name. abandon() may be
// called by another thread at any moment; it does not wait for a write, which may wait for a reader for ever.
class Destination {
public:
    Destination(std::optional<std::string> given, std::optional<std::uint64_t> most)
        : given_(std::move(given)), most_(most) {}

    bool is_standard_output() const { return given_ && names_standard_output(*given_); }
    // Before anything is fetched for nothing.
    Result<> check() const { return given_ && !is_standard_output() ? check_free(*given_) : ok(); }

    Result<> open(const ApiClient::FileHead& file) {
        if (most_ && file.size > *most_) {
            return remember(
                error(Code::limit, concat("the file has ", file.size, " bytes, and --max-size is ", *most_,
                                          "; nothing was written")));
        }
        auto opened = OutputFile::open(given_.value_or(safe_file_name(file.name)));
        if (!opened) return remember(opened.error());
        if (auto room = opened->look_for_room(file.size); !room) return remember(room.error());
        const std::lock_guard lock(guard_);
        output_.emplace(std::move(*opened));
        return ok();
    }
    Result<> write(ByteView bytes) {
        auto written = output_->write(bytes);
        return written ? written : remember(written.error());
    }
    // Requires: open() succeeded. Code::closed when it was abandoned.
    Result<> commit() {
        const std::lock_guard lock(guard_);
        if (settled_) return error(Code::closed, "interrupted");
        auto done = output_->commit();
        settled_ = done.has_value();
        return done;
    }
    const std::string& path() const { return output_->path(); }
    // False when the file is whole already.
    bool abandon() {
        const std::lock_guard lock(guard_);
        if (settled_) return false;
        settled_ = true;
        if (output_) output_->abandon();
        return true;
    }
    // Why open() or write() failed.
    const std::optional<Error>& failure() const { return failure_; }

private:
    Error remember(const Error& why) {
        failure_ = why;
        return why;
    }
    const std::optional<std::string> given_;
    const std::optional<std::uint64_t> most_;
    std::mutex guard_;
    std::optional<OutputFile> output_;
    bool settled_ = false;  // whole, or given up: whichever came first
    std::optional<Error> failure_;
};

int conclude(const Options& options, const json::object& job, Destination& destination) {
    if (auto done = destination.commit(); !done) return fail(options, done.error());
    if (destination.is_standard_output()) return 0;
    if (options.json) {
        auto document = job;
        document["file"] = plain_text(destination.path());  // JSON holds UTF-8 only
        print_json(document);
    } else {
        print_line(destination.path());
    }
    return 0;
}

}  // namespace

int get(const Options& given, const GetArguments& arguments) {
    Destination destination(arguments.output, arguments.most);
    Options options = given;
    if (destination.is_standard_output()) options.json = false;  // that is the file's
    const auto key = read_key(arguments.key);
    if (!key) return fail(options, key.error());
    if (auto free = destination.check(); !free) return fail(options, free.error());
    auto job = BegunJob::begin(options, {{"kind", "get"}, {"key", *key}, {"no_cache", arguments.no_cache}});
    if (!job) return fail(options, job.error());

    const Interrupts interrupts([&] {
        job->cancel();
        say(destination.abandon() ? "interrupted; nothing was kept" : "interrupted; the file is whole");
    });
    ProgressPrinter printer;
    JobFollower follower(job->another_connection(), job->id(), printer);
    const auto came = job->connection().download(
        job->content(), [&](const ApiClient::FileHead& file) { return destination.open(file); },
        [&](ByteView bytes) { return destination.write(bytes); });
    if (destination.failure()) job->cancel();
    const auto ended = follower.wait();
    if (destination.failure()) return fail(options, *destination.failure());
    if (!ended) return fail(options, ended.error());
    if (text_in(*ended, "state") != "done") return fail_job(options, *ended);
    if (!came) return fail(options, came.error());
    return conclude(options, *ended, destination);
}

}  // namespace catacomb::cli
