package io.tokenbroker.bench;

import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;

/** Reads a request and answers a word: the least that Quarkus can do for a POST. */
@Path("/bare")
public class BareEndpoint {

    @POST
    @NonBlocking
    public String answer(String body) {
        return "bare";
    }
}
