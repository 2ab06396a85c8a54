using TrackHub.Platform.Telemetry;

namespace TrackHub.Platform.Tests.Telemetry;

public sealed class RequestTraceTests
{
    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later", false)]   // a future version
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("|legacy.1.", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_a_valid_traceparent_is_believed(string? header, bool believed)
    {
        new RequestTrace().ExtractTraceIdAndState(header, Get, out var id, out var state);

        (id, state).ShouldBe((believed ? header : null, null));
    }

    [Fact]
    public void Baggage_of_strangers_is_left_behind_and_nothing_of_ours_is_sent()
    {
        var written = new List<string>();

        new RequestTrace().ExtractBaggage("key=value", Get).ShouldBeNull();
        new RequestTrace().Inject(new System.Diagnostics.Activity("ours").Start(), written, static (carrier, name, _) => ((List<string>)carrier!).Add(name));

        written.ShouldBeEmpty();
    }

    private static void Get(object? carrier, string name, out string? value, out IEnumerable<string>? values) => (value, values) = (carrier as string, null);
}
