using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Doctoring;

/// <summary>What sellers configured: whatever silently keeps sales from Meta, or tells it twice.</summary>
internal static class BrandChecks
{
    /// <summary>Looks at every brand.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(TenantAdmin admin, CancellationToken cancellationToken)
    {
        var brands = await admin.ListBrandsAsync(cancelled: cancellationToken);
        var pixels = (await admin.ListPixelsAsync(cancelled: cancellationToken)).Where(static p => p.Active).ToLookup(static p => p.BrandId);
        var connections = (await admin.ListConnectionsAsync(cancelled: cancellationToken)).Where(static c => c.Active).ToLookup(static c => c.BrandId);
        return brands.Count == 0
            ? [Finding.Ok("brands", "none yet; `trackhub brands add NAME` makes one")]
            : [.. brands.SelectMany(brand => Of(brand, [.. pixels[brand.Id]], [.. connections[brand.Id]]))];
    }

    /// <summary>What is to say of one brand.</summary>
    internal static IEnumerable<Finding> Of(BrandRow brand, IReadOnlyList<PixelRow> pixels, IReadOnlyList<ConnectionRow> connections)
    {
        var check = $"brand {brand.Name}";
        yield return Finding.Expect(
            brand.ConsentBasis is not null, $"{check}: consent", brand.ConsentBasis is { } basis ? $"basis {basis}" : "no basis: sales whose visitor said nothing are not sent",
            Verdict.Warning, $"trackhub brands set {brand.Id} consent_basis=granted (or required): decide with the seller on what legal basis data goes to Meta");
        yield return Finding.Expect(
            pixels.Count > 0, $"{check}: pixels", pixels.Count == 0 ? "none active: nothing goes to Meta" : $"{pixels.Count} active",
            Verdict.Warning, $"trackhub pixels add --brand {brand.Id} --dataset-id … --token …");
        foreach (var pixel in pixels.Where(static p => p.Settings.GetValueOrDefault("test_event_code") is { Length: > 0 }))
        {
            yield return new(
                $"{check}: {pixel.Id}", Verdict.Warning, "its events carry a test code, and count like all others",
                $"trackhub pixels set {pixel.Id} test_event_code= once the test is over");
        }

        foreach (var connection in connections)
        {
            yield return Finding.Expect(
                connection.HasSecret, $"{check}: {connection.Gateway}",
                connection.HasSecret ? $"has a secret; {connection.Gateway}'s own Meta Purchase must be off, or Meta counts each sale twice" : "has no secret: every webhook is refused",
                Verdict.Warning, $"trackhub connections rotate {connection.Id} --secret -");
        }
    }
}
