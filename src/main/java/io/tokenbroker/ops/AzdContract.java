package io.tokenbroker.ops;

import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.Operation;

/** What no annotation says of the door for azd: a refusal is an answer like any other. */
final class AzdContract {

    private AzdContract() {}

    static void complete(Operation operation) {
        var either = OASFactory.createSchema()
                .oneOf(List.of(OpenApiContract.reference("AzdToken"), OpenApiContract.reference("AzdError")));
        var answer = operation.getResponses().getAPIResponse("200");
        answer.setDescription("A token, or why there is none.");
        answer.setContent(OASFactory.createContent()
                .addMediaType("application/json", OASFactory.createMediaType().schema(either)));
    }
}
