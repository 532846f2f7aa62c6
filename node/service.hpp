// Service: what a running node offers its user; the HTTP API and the tests speak to this and to nothing below
// it. node/client implements it. One thread: the runtime's executor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/renew_report.hpp"
#include "routing/gate.hpp"

namespace catacomb::node {

using routing::Task;

// Exit codes of the command line (docs/spec/api.md 3.1), carried through the API as `"exit_code"`.
enum class ExitCode { done = 0, not_found = 1, usage = 2, unreachable = 3, refused = 4, interrupted = 5 };
ExitCode exit_code_of(Code code);
// The code of that name (name_of), which came from another program.
std::optional<Code> code_named(std::string_view name);

// Random, so that a job of before a restart is never taken for one of after it.
using JobId = std::uint64_t;
// 16 hexadecimal digits.
std::string text_of(JobId id);
// Nullopt for what text_of() does not write.
std::optional<JobId> job_id_from(std::string_view text);
enum class JobKind { insert, get, check, renew };
enum class JobState { running, done, failed, cancelled };

struct Progress {
    std::string phase;             // "hashing", "storing", "checking", "renewing", ...
    std::uint64_t bytes_done = 0;  // of the file
    std::optional<std::uint64_t> bytes_total;
    std::uint64_t blocks_needed = 0, blocks_done = 0, blocks_failed = 0;
    double bytes_per_second = 0;
    std::optional<double> eta_seconds;
    std::string last_failure;  // why the last thing that failed failed
};

// What an insert says when it is done (docs/spec/api.md 3.2).
struct InsertReport {
    std::string key;  // chk1…
    std::uint64_t segments = 0;
    std::uint64_t blocks_placed = 0, blocks_wanted = 0;
    unsigned least_placed = 0, least_wanted = 0;  // of the segment that fared worst: placed of n
    unsigned survives_vault_losses = 0;           // any this many vaults may go
    unsigned most_blocks_on_one_vault = 0;        // of one segment
    unsigned distinct_vaults = 0;
    std::uint64_t bodies_asked = 0, bodies_read = 0;  // blocks that were asked back, and that came
    unsigned vaults_read = 0;                         // vaults of which a body came, and none failed
    unsigned vaults_failed = 0;  // signed for a block and did not give it; what they signed is not counted
    double estimated_survival =
        0;             // probability that every segment keeps k blocks when 30 % of vaults are away
    Time lease_end{};  // the earliest that any vault granted
};
struct GetReport {
    std::string name;  // as stored; empty when none was
    std::uint64_t size = 0;
    std::uint64_t segments = 0, blocks_fetched = 0;
};
struct CheckReport {
    struct Segment {
        unsigned level = 0;
        std::uint64_t index = 0;
        unsigned k = 0, n = 0;
        unsigned verified = 0;   // bodies that came
        unsigned available = 0;  // with those of which two exits say that they are there
        unsigned absent = 0;
    };
    std::vector<Segment> segments;
    bool readable = false;  // of every segment k bodies came
    bool reported = false;  // every segment has k or more available; nobody has read them all
    std::uint64_t bodies_asked = 0, bodies_read = 0;
    double estimated_survival = 0;  // at most: as if no two blocks of a segment shared a vault
};

struct JobStatus {
    JobId id = 0;
    JobKind kind = JobKind::insert;
    JobState state = JobState::running;
    Time started{}, ended{};
    Progress progress;
    std::optional<Error> failure;  // state failed
    std::optional<InsertReport> insert;
    std::optional<GetReport> get;
    std::optional<CheckReport> check;
    std::optional<RenewReport> renew;
};

// A file on its way in: bytes in order. An empty chunk is the end.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    virtual Task<Result<Bytes>> read(std::size_t at_most) = 0;
};

// A file on its way out. begin() comes once, before the first write; the job waits for each call.
class ByteSink {
public:
    virtual ~ByteSink() = default;
    virtual Task<Result<>> begin(const GetReport& file) = 0;  // name and size
    virtual Task<Result<>> write(Bytes chunk) = 0;
    virtual Task<Result<>> end() = 0;
};

struct InsertOptions {
    std::string name;  // stored under the read key; may be empty
    bool convergent = false;
    // When the caller has hashed the file already (BLAKE3 and size), it is dispersed as it streams in, and
    // the job fails with Code::changed when the bytes do not match. Without it the input is spooled,
    // encrypted, first.
    std::optional<Bytes> content_hash;
    std::optional<std::uint64_t> size;
};

struct GetOptions {
    bool no_cache = false;
};
struct CheckOptions {
    bool verify = false;  // read k bodies of every segment, not one
};

inline constexpr unsigned kUsualLeaseDays = 30, kMostLeaseDays = 366;
struct RenewOptions {
    unsigned days = kUsualLeaseDays;  // from now on, and to the end of the last one
};

struct StatusFacts;   // node/status.hpp
struct CircuitFacts;  // node/status.hpp

class Service {
public:
    virtual ~Service() = default;
    // Start a job; errors that can be told at once (a mistyped key: Code::bad_input; too few relays:
    // Code::too_few_relays; as many jobs running as may: Code::limit) are returned here, later ones are the
    // job's failure.
    virtual Result<JobId> begin_insert(InsertOptions options, std::shared_ptr<ByteSource> from) = 0;
    virtual Result<JobId> begin_get(std::string key, GetOptions options, std::shared_ptr<ByteSink> to) = 0;
    virtual Result<JobId> begin_check(std::string key, CheckOptions options) = 0;
    virtual Result<JobId> begin_renew(std::string key, RenewOptions options) = 0;
    // Returns when a job has ended, so that another may begin; false at the deadline, and when the node
    // stops.
    virtual Task<bool> wait_for_room(Time deadline) = 0;

    virtual std::vector<JobStatus> jobs() const = 0;  // newest first, bounded
    virtual Result<JobStatus> job(JobId id) const = 0;
    virtual Result<> cancel(JobId id) = 0;
    // Returns at the next change of the job after `seen_version`, or at the deadline; with the version now.
    virtual Task<std::uint64_t> wait_for_change(JobId id, std::uint64_t seen_version, Time deadline) = 0;

    // What the node is doing.
    virtual StatusFacts status() const = 0;
    // Its guards and the relays of its own circuits: for its user's eyes only.
    virtual CircuitFacts circuits() const = 0;
};

}  // namespace catacomb::node
