package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.List;
import java.util.Map;

/** FusionAuth's error bodies: {@code fieldErrors} is an object keyed by field. */
final class Errors {

    private Errors() {}

    static Reply general(int status, String code) {
        return Reply.json(
                status, Map.of("generalErrors", List.of(Map.of("code", code, "message", "The stand-in says " + code))));
    }

    /** {@code name} is the part in brackets: {@code [missing]applicationId}. */
    static Reply field(int status, String name, String field) {
        var error = Map.of("code", "[" + name + "]" + field, "message", "The stand-in says " + name + " for " + field);
        return Reply.json(status, Map.of("fieldErrors", Map.of(field, List.of(error)), "generalErrors", List.of()));
    }

    /** What a failed discovery looks like: the general code of any exception, beside an empty object. */
    static Reply exception(int status) {
        var error = Map.of("code", "[Exception]", "message", "The stand-in says that something failed");
        return Reply.json(status, Map.of("fieldErrors", Map.of(), "generalErrors", List.of(error)));
    }
}
