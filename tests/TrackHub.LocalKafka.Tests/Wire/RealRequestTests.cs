using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>The tables against what clients send: read to the last byte, and written back to the same bytes.</summary>
public sealed class RealRequestTests
{
    public static TheoryData<string> Kinds => new(RealRequest.All.Select(static request => request.Kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_is_read_whole_and_written_back_as_it_was(string kind)
    {
        var frame = RealRequest.All.Single(request => request.Kind == kind).Bytes;
        var reader = new WireReader();
        reader.Reset(frame);
        var header = new RequestHeader();
        header.Fields(reader);
        var table = MessageTable.All.Single(table => (short)table.Range.Key == header.Key);
        (reader.Version, reader.Flexible) = (header.Version, table.Range.IsFlexible(header.Version));
        reader.Tags();

        var body = table.NewRequest();
        reader.Message(body);
        var written = RawClient.Frame(table.Range, header, body)[4..];

        reader.Remaining.ShouldBe(0);
        Convert.ToHexString(written).ShouldBe(Convert.ToHexString(frame));
    }

    [Fact]
    public async Task All_are_answered()
    {
        using var apis = new TestApis();
        foreach (var request in RealRequest.All)
            await Should.NotThrowAsync(() => apis.AnswerAsync(request.Bytes), request.Kind);
    }
}
