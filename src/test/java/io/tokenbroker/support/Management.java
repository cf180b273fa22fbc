package io.tokenbroker.support;

import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.sandbox.wire.LeakCheck;
import org.eclipse.microprofile.config.ConfigProvider;

/** The port of those who run the broker: health, metrics, the contract. */
public final class Management {

    private Management() {}

    public static int port() {
        return ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
    }

    public static RequestSpecification given() {
        return RestAssured.given().port(port()).filter((request, answered, next) -> {
            var answer = next.next(request, answered);
            LeakCheck.keep("management.txt", answer.asString());
            return answer;
        });
    }
}
