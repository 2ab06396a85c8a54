using System.Text;
using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Tests.Calling;

public sealed class AnswerReaderTests
{
    [Fact]
    public void A_success_is_read_with_its_count_warnings_and_trace()
    {
        var answer = Read(200, """{"events_received":3,"messages":["a","b"],"fbtrace_id":"Abc"}""");

        answer.ShouldBe(new MetaAnswer { Transport = Transport.Answered, HttpStatus = 200, EventsReceived = 3, Warnings = 2, TraceId = "Abc" });
    }

    [Fact]
    public void An_error_is_read_by_its_numbers()
    {
        var answer = Read(400, """
            {"error":{"message":"Invalid parameter","type":"OAuthException","code":100,"error_subcode":2804003,"is_transient":true,"error_user_msg":"…","fbtrace_id":"T"}}
            """);

        answer.ShouldBe(new MetaAnswer
        {
            Transport = Transport.Answered,
            HttpStatus = 400,
            HasError = true,
            Code = 100,
            Subcode = 2804003,
            IsTransient = true,
            TraceId = "T",
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>502</body></html>")]
    [InlineData("[]")]
    [InlineData("\"events_received\"")]
    [InlineData("{\"events_received\":3")]
    [InlineData("{\"events_received\":\"3\"}")]
    [InlineData("{\"events_received\":3.5}")]
    [InlineData("{\"error\":\"down\"}")]
    [InlineData("{\"error\":null}")]
    public void What_is_no_answer_has_no_members(string body) =>
        Read(200, body).ShouldBe(new MetaAnswer { Transport = Transport.Answered, HttpStatus = 200 });

    [Fact]
    public void A_trace_id_out_of_bounds_is_left_out() => Read(200, $$"""{"fbtrace_id":"{{new string('x', 65)}}"}""").TraceId.ShouldBeNull();

    private static MetaAnswer Read(int status, string body) => AnswerReader.Read(status, Encoding.UTF8.GetBytes(body), TimeSpan.Zero);
}
