package io.tokenbroker.webhook;

import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
class SharedEventsTest extends SharedEvents {}
