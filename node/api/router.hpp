// Router: which request does what, as a table of method, pattern of the path, and handler. What is in no row
// follows from the rows: 404, 405 with the methods that there are, and HEAD wherever GET may be told by its
// head alone. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace catacomb::node::api {

// The part of a URL that a request names.
struct Target {
    std::vector<std::string> path;
    std::map<std::string, std::string> query;
};
// Nullopt for what is no target of the origin form ("/path?query").
std::optional<Target> parse_target(std::string_view text);

// What a handler is told: the segments that stand where its pattern has {}.
struct Call {
    std::vector<std::string> arguments{};
    std::map<std::string, std::string> query{};
};
// `pattern` is "/v1/jobs/{}". Nullopt when the path is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, const std::vector<std::string>& path);

template <class Handler>
class Router {
public:
    enum class Head { like_get, none };
    struct Row {
        std::string_view method, pattern;
        Handler handler;
        Head head = Head::like_get;  // of a GET
    };
    struct Found {
        const Handler* handler = nullptr;
        Call call{};
        std::string allow{};  // without a handler: the methods that the path has; empty when it has none
    };
    explicit Router(std::vector<Row> rows) : rows_(std::move(rows)) {}

    Found find(std::string_view method, std::string_view target) const {
        Found found;
        auto parsed = parse_target(target);
        if (!parsed) return found;
        for (const auto& row : rows_) {
            auto arguments = match(row.pattern, parsed->path);
            if (!arguments) continue;
            const bool has_head = row.method == "GET" && row.head == Head::like_get;
            if (method == row.method || (method == "HEAD" && has_head)) {
                return {&row.handler, {std::move(*arguments), std::move(parsed->query)}, {}};
            }
            found.allow += (found.allow.empty() ? "" : ", ") + std::string(row.method);
            if (has_head) found.allow += ", HEAD";
        }
        return found;
    }

private:
    std::vector<Row> rows_;
};

}  // namespace catacomb::node::api
