package io.subrelay.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.subrelay.delivery.Outcome.Verdict;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What answers mean: in general, and where a destination says otherwise. */
class AnswersTest {

    private static Verdict judge(Answers answers, int status, String body) {
        return answers.judge(new HttpOperationFailedException("http://vendor", status, "", null, null, body), 0).verdict();
    }

    @ParameterizedTest
    @CsvSource({"301, REFUSED", "400, REFUSED", "401, HOLD", "403, HOLD", "404, REFUSED", "408, RETRY", "410, REFUSED", "425, RETRY",
        "429, RETRY", "500, RETRY", "501, REFUSED", "503, RETRY", "505, REFUSED", "511, REFUSED", "522, RETRY"})
    void in_general(int status, Verdict verdict) {
        assertThat(judge(new Answers(null, null, null, Clock.systemUTC()), status, "")).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource({"301, RETRY", "400, RETRY", "401, RETRY", "404, RETRY", "410, HOLD", "413, REFUSED", "418, RETRY", "501, RETRY"})
    void what_is_said_of_one_answer_goes_before_what_is_said_of_many(int status, Verdict verdict) {
        assertThat(judge(new Answers("3xx,4xx,5xx", "410", "413", Clock.systemUTC()), status, "")).isEqualTo(verdict);
    }

    @ParameterizedTest
    @CsvSource({"400, invalid_token, HOLD", "400, invalid_payload, RETRY", "404, , HOLD"})
    void what_is_said_of_a_text_goes_before_what_is_said_of_the_status(int status, String body, Verdict verdict) {
        assertThat(judge(new Answers("400", "4xx,400 invalid_token", null, Clock.systemUTC()), status, body)).isEqualTo(verdict);
    }

    @Test
    void an_answer_of_2xx_means_delivered_unless_its_text_is_spoken_of() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Message answer = new DefaultExchange(context).getMessage();
            Answers answers = new Answers("400,2xx <html", null, null, Clock.systemUTC());
            assertThat(answers.judge(answer, 0).verdict()).as("no request at all").isEqualTo(Verdict.DELIVERED);
            answer.setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
            assertThat(answers.judge(answer, 0).verdict()).as("no body").isEqualTo(Verdict.DELIVERED);
            answer.setBody("{\"success\":true}");
            assertThat(answers.judge(answer, 0)).isEqualTo(Outcome.delivered(202));
            answer.setBody("<!DOCTYPE html>\n<html lang=en>");
            assertThat(answers.judge(answer, 0)).isEqualTo(Outcome.failed(Verdict.RETRY, 202, "<!DOCTYPE html> <html lang=en>", 0));
            answer.setBody("<HTML><HEAD>");
            assertThat(answers.judge(answer, 0).verdict()).isEqualTo(Verdict.RETRY);
            assertThat(new Answers("400", null, null, Clock.systemUTC()).judge(answer, 0)).isEqualTo(Outcome.delivered(202));
        }
    }

    @Test
    void an_entry_that_is_none_is_told() {
        assertThatThrownBy(() -> new Answers("4x", null, null, Clock.systemUTC())).hasMessageContaining("'4x' is not an answer");
    }
}
