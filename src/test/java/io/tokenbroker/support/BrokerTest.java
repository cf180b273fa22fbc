package io.tokenbroker.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.restassured.RestAssured;
import io.tokenbroker.link.LinkMemory;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.tenant.TenantMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test that speaks HTTP to the broker beside a sandbox in its first state; each subclass is a {@code @QuarkusTest}. */
@QuarkusTestResource(SandboxResource.class)
public abstract class BrokerTest {

    protected static Sandbox sandbox() {
        return SandboxResource.sandbox();
    }

    @BeforeEach
    void beginAnew() {
        RestAssured.replaceFiltersWith(new AnswersRecorded(), new AnswersAsDescribed());
        TestTime.reset();
        sandbox().reset();
        Broker.forgetTokens();
        LinkMemory.forget();
        TenantMemory.forget();
        StoreMemory.forget();
    }

    /** Also what no caller has waited for. */
    @AfterEach
    void fusionAuthAnsweredAsTheRealOneDoes() {
        assertThat(FusionAuthTypes.takeWrong()).isEmpty();
    }
}
