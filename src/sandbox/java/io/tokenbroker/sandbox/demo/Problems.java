package io.tokenbroker.sandbox.demo;

import io.tokenbroker.sandbox.wire.Reply;
import java.util.Map;

/** What the demo's back end itself refuses, in the same shape as the broker's problems (RFC 9457). */
final class Problems {

    private static final Map<Integer, String> TITLES = Map.of(
            400, "The request is not valid",
            403, "Not allowed",
            405, "Method not allowed",
            502, "The broker cannot be reached");

    private Problems() {}

    static Reply reply(int status, String code, String detail) {
        var problem = Map.of(
                "type", "urn:token-broker-demo:problem:" + code,
                "title", TITLES.getOrDefault(status, "Something went wrong"),
                "status", status,
                "detail", detail,
                "code", code);
        return Reply.json(status, problem).with("Content-Type", "application/problem+json");
    }
}
