using System.Text;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class BrandClaimTests
{
    [Theory]
    [InlineData("brandone0001/sess-1", "brandone0001", true)]
    [InlineData("brandone0001/kiwify/sale/with/slashes", null, true)]
    [InlineData("019a9d3c-7b3a-7c11-9f00-0123456789ab", "brandone0001", true)]
    [InlineData(null, null, true)]
    [InlineData("brandtwo0002/sess-1", "brandone0001", false)]
    [InlineData("brandone000/sess-1", null, false)]
    [InlineData("brandone00011/sess-1", null, false)]
    [InlineData("/sess-1", null, false)]
    [InlineData("brandone0001/sess-1", "brandtwo0002", false)]
    [InlineData("019a9d3c-7b3a-7c11-9f00-0123456789ab", "", false)]
    public void Key_and_header_may_name_no_other_brand_than_the_value(string? key, string? header, bool agrees)
    {
        var record = new StreamRecord
        {
            Coordinates = new("topic", 0, 0),
            Timestamp = default,
            Key = key is null ? null : Encoding.UTF8.GetBytes(key),
            Headers = header is null ? new Dictionary<string, byte[]>() : new Dictionary<string, byte[]> { ["brand"] = Encoding.UTF8.GetBytes(header) },
        };

        (BrandClaim.FaultOf(record, "brandone0001") is null).ShouldBe(agrees);
    }
}
