package io.tokenbroker.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AnsweringTest {

    private final StoreUnavailable away = new StoreUnavailable("no answer");
    private final StoreUnavailable full = StoreUnavailable.of(new SQLException("disk full", "53100"));
    private final FakeTicker time = new FakeTicker();
    private final Answering answering = new Answering(time);

    @Test
    void itHasNotAnsweredBeforeItsFirstAnswer() {
        pass(60);

        assertThat(answering.duration()).isZero();
        assertThat(answering.isAway()).isFalse();
    }

    @Test
    void itAnswersSinceItsFirstAnswer() {
        answerEachSecond(10);

        assertThat(answering.duration()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void aFailureEndsItAndTheNextAnswerBeginsItAnew() {
        answerEachSecond(10);
        answering.noteFailure("test", away);

        assertThat(answering.duration()).isZero();
        assertThat(answering.isAway()).isTrue();
        pass(1);
        answerEachSecond(3);
        assertThat(answering.duration()).isEqualTo(Duration.ofSeconds(2));
        assertThat(answering.isAway()).isFalse();
    }

    @Test
    void timeInWhichNothingWasAskedDoesNotCount() {
        answerEachSecond(10);
        pass(4);

        assertThat(answering.duration()).isZero();
        answering.noteAnswer("test", false);
        assertThat(answering.duration()).isZero();
        pass(3);
        answering.noteAnswer("test", false);
        assertThat(answering.duration()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void afterTwoFailuresInARowItIsLeftAloneUntilItAnswers() {
        answering.noteFailure("test", away);
        assertThat(answering.isResting()).isFalse();
        answering.noteFailure("test", away);

        assertThat(answering.isResting()).isTrue();
        pass(60);
        assertThat(answering.isResting()).isTrue();
        answering.noteAnswer("test", false);
        assertThat(answering.isResting()).isFalse();
    }

    @Test
    void onceItHasRefusedAWriteItIsAwayUntilItTakesOne() {
        answerEachSecond(10);
        answering.noteFailure("test", away);
        answering.noteFailure("test", full);
        answering.noteFailure("test", full);
        assertThat(answering.isResting()).isFalse();
        answerEachSecond(10);

        assertThat(answering.isAway()).isTrue();
        assertThat(answering.duration()).isZero();
        answering.noteAnswer("test", true);
        assertThat(answering.isAway()).isFalse();
        pass(1);
        answerEachSecond(3);
        assertThat(answering.duration()).isEqualTo(Duration.ofSeconds(3));
    }

    private void answerEachSecond(int times) {
        for (var i = 0; i < times; i++) {
            if (i > 0) {
                pass(1);
            }
            answering.noteAnswer("test", false);
        }
    }

    private void pass(int seconds) {
        time.advance(Duration.ofSeconds(seconds));
    }
}
