#include "node/api/router.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace catacomb::node::api {

std::optional<Target> parse_target(std::string_view text) {
    const auto url = boost::urls::parse_origin_form(text);
    if (!url) return std::nullopt;
    Target out;
    for (const auto& segment : url->segments()) out.path.push_back(segment);
    for (const auto& parameter : url->params()) out.query[parameter.key] = parameter.value;
    return out;
}

std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& path) {
    std::vector<std::string> out;
    for (const auto& segment : path) {
        if (pattern.empty()) return std::nullopt;
        pattern.remove_prefix(1);  // the slash
        const auto end = std::min(pattern.find('/'), pattern.size());
        const auto wanted = pattern.substr(0, end);
        pattern.remove_prefix(end);
        if (wanted == "{}") {
            out.push_back(segment);
        } else if (segment != wanted) {
            return std::nullopt;
        }
    }
    if (!pattern.empty()) return std::nullopt;
    return out;
}

}  // namespace catacomb::node::api
