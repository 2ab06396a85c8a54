using System.Text;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class SecretsTests
{
    private const string First = "first-secret-0001";
    private const string Second = "second-secret-002";

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("fifteen-bytes-1")]
    [InlineData("  fifteen-bytes-1  ")]   // white space around it is no secret
    public void A_secret_that_is_empty_or_short_is_none(string secret)
    {
        var secrets = Of(out var usable, secret);

        usable.ShouldBe(0);
        secrets.Count.ShouldBe(2);
        Secrets.AnyEquals(secret, secrets).ShouldBeFalse();
        Secrets.AnyEquals("", secrets).ShouldBeFalse();
        Secrets.AnyEquals(null, secrets).ShouldBeFalse();
    }

    [Fact]
    public void Sixteen_bytes_are_one()
    {
        Secrets.AnyEquals("sixteen-bytes-01", Of(out var usable, "sixteen-bytes-01")).ShouldBeTrue();
        usable.ShouldBe(1);
    }

    [Fact]
    public void Two_count_and_the_short_one_of_two_does_not()
    {
        var both = Of(out _, First, Second);
        var one = Of(out var usable, First, "short");

        (Secrets.AnyEquals(First, both), Secrets.AnyEquals(Second, both)).ShouldBe((true, true));
        (Secrets.AnyEquals(First, one), Secrets.AnyEquals("short", one)).ShouldBe((true, false));
        usable.ShouldBe(1);
    }

    [Fact]
    public void As_many_are_tried_for_an_unknown_connection_and_nobody_knows_them()
    {
        var secrets = Secrets.Of(null, World.Now, out var usable);

        usable.ShouldBe(0);
        secrets.Count.ShouldBe(Of(out _, First, Second).Count);
        secrets.ShouldAllBe(static secret => secret.Length >= GatewayConnection.MinSecretBytes);
    }

    [Fact]
    public void A_part_of_a_secret_or_another_case_is_not_equal()
    {
        var secrets = Of(out _, First);

        foreach (var wrong in new[] { First[..^1], First + "1", First.ToUpperInvariant(), Encoding.UTF8.GetString([.. Encoding.UTF8.GetBytes(First), 0]) })
            Secrets.AnyEquals(wrong, secrets).ShouldBeFalse();
    }

    private static IReadOnlyList<byte[]> Of(out int usable, params string[] secrets) =>
        Secrets.Of(World.Connection("path", "kiwify", isActive: true, secrets).Value, World.Now, out usable);
}
