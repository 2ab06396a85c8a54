using System.Security.Cryptography;
using System.Text;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tests.Identity;

public sealed class BlindIndexTests
{
    [Fact]
    public void Index_is_the_first_half_of_an_HMAC_over_kind_and_value()
    {
        var expected = HMACSHA256.HashData(Enumerable.Repeat((byte)7, 32).ToArray(), Encoding.UTF8.GetBytes("fbclid\0IwAR_x"))[..16];

        BlindIndex.Of(TestBrand.New(), IndexKind.Fbclid, "IwAR_x").ShouldBe(expected);
    }

    [Theory]
    [InlineData(IndexKind.Email)]
    [InlineData(IndexKind.Phone)]
    [InlineData(IndexKind.ExternalId)]
    public void Value_and_its_hash_meet_where_pages_hand_over_hashes(IndexKind kind)
    {
        var brand = TestBrand.New();

        BlindIndex.Of(brand, kind, Normalizer.Sha256Hex("ana@example.com")).ShouldBe(BlindIndex.Of(brand, kind, "ana@example.com"));
    }

    [Fact]
    public void Kinds_brands_and_case_of_click_ids_are_kept_apart()
    {
        var brand = TestBrand.New();
        var indexes = Enum.GetValues<IndexKind>().Select(kind => BlindIndex.Of(brand, kind, "203.0.113.9"))
            .Append(BlindIndex.Of(TestBrand.New(keyByte: 8), IndexKind.Ip, "203.0.113.9"))
            .Append(BlindIndex.Of(brand, IndexKind.Fbclid, "abc"))
            .Append(BlindIndex.Of(brand, IndexKind.Fbclid, "ABC"));

        indexes.Select(Convert.ToHexString).ShouldBeUnique();
    }

    [Fact]
    public void Long_value_is_indexed_whole()
    {
        var brand = TestBrand.New();

        BlindIndex.Of(brand, IndexKind.UserAgent, new string('é', 2000)).ShouldNotBe(BlindIndex.Of(brand, IndexKind.UserAgent, new string('é', 2001)));
    }

    [Theory]
    [InlineData(IndexKind.UserAgent, "user_agent\0")]
    [InlineData(IndexKind.IpPrefix, "ip_prefix\0")]
    public void A_value_that_comes_again_has_the_index_of_its_brand_whatever_came_between(IndexKind kind, string prefix)
    {
        var brands = Enumerable.Range(1, 3).Select(static keyByte => (KeyByte: (byte)keyByte, Brand: TestBrand.New(keyByte: (byte)keyByte))).ToList();
        // More values than are kept, so that one takes another's place; each comes several times.
        var values = Enumerable.Range(0, 40_000).Select(static i => $"value-{i * 7919 % 9_000}");

        values.AsParallel().WithDegreeOfParallelism(4).ForAll(value =>
        {
            foreach (var (keyByte, brand) in brands)
                BlindIndex.Of(brand, kind, value).ShouldBe(HMACSHA256.HashData(Enumerable.Repeat(keyByte, 32).ToArray(), Encoding.UTF8.GetBytes(prefix + value))[..16]);
        });
    }

    [Fact]
    public void Threads_that_index_at_once_get_the_same_as_one()
    {
        var brand = TestBrand.New();
        var values = Enumerable.Range(0, 2_000).Select(static i => $"value-{i}").ToList();

        var together = values.AsParallel().AsOrdered().WithDegreeOfParallelism(8).Select(value => Convert.ToHexString(BlindIndex.Of(brand, IndexKind.Ip, value))).ToList();

        together.ShouldBe(values.Select(static value => Convert.ToHexString(HMACSHA256.HashData(
            Enumerable.Repeat((byte)7, 32).ToArray(), Encoding.UTF8.GetBytes("ip\0" + value))[..16])));
    }
}
