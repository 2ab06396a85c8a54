using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrackHub.Testing;

namespace TrackHub.Faults.Lab;

/// <summary>A brand made by the shipped command, with what its traffic is sent with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Public id.</param>
/// <param name="PixelId">Its one pixel.</param>
/// <param name="DatasetId">The pixel's dataset at the simulator.</param>
/// <param name="Token">The pixel's token, as the simulator shows it: the first 16 hex digits of its SHA-256.</param>
/// <param name="ServerKey">Secret write key.</param>
/// <param name="Webhook">Address of its Perfect Pay connection.</param>
/// <param name="WebhookSecret">Token of that connection.</param>
public sealed record LabBrand(
    string Name, string Id, string PixelId, string DatasetId, string Token, string ServerKey, Uri Webhook, string WebhookSecret)
{
    /// <summary>Makes a brand; everybody is assumed to consent.</summary>
    /// <param name="machine">A running machine.</param>
    /// <param name="name">Name, new on it.</param>
    /// <param name="datasetId">Dataset, no other brand's.</param>
    public static async Task<LabBrand> AddAsync(Machine machine, string name, string datasetId)
    {
        var (token, secret) = (RandomNumberGenerator.GetHexString(32, lowercase: true), RandomNumberGenerator.GetHexString(32, lowercase: true));
        var id = await AddedAsync("id", "brands", "add", name, "--consent-basis", "granted");
        var pixel = await AddedAsync("id", "pixels", "add", "--brand", name, "--dataset-id", datasetId, "--token", token);
        var key = await AddedAsync("key", "keys", "add", "--brand", name, "--server");
        var address = await AddedAsync("address", "connections", "add", "--brand", name, "--gateway", "perfectpay", "--secret", secret);
        return new(name, id, pixel, datasetId, Fingerprint(token), key, new(address), secret);

        async Task<string> AddedAsync(string field, params string[] command)
        {
            var added = await machine.RunAsync([.. command, "--json"]);
            if (added.Code != 0)
                throw new InvalidOperationException($"{string.Join(' ', command.Take(2))}: {added.All}");
            using var row = JsonDocument.Parse(added.Output);
            return row.RootElement.GetProperty(field).GetString()!;
        }
    }

    private static string Fingerprint(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 8));
}
