using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class RecordCoordinatesTests
{
    [Fact]
    public void A_receipt_reads_back()
    {
        var coordinates = new RecordCoordinates("ingest-events", 11, 9_000_000_000);

        coordinates.ToString().ShouldBe("ingest-events/11/9000000000");
        RecordCoordinates.TryParse(coordinates.ToString(), out var read).ShouldBeTrue();
        read.ShouldBe(coordinates);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("topic/1")]
    [InlineData("topic/1/2/3")]
    [InlineData("/1/2")]
    [InlineData("topic/-1/2")]
    [InlineData("topic/1/+2")]
    [InlineData("topic/1/ 2")]
    [InlineData("topic/1/99999999999999999999")]
    public void Anything_else_does_not(string? text) => RecordCoordinates.TryParse(text, out _).ShouldBeFalse();
}
