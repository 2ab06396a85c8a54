namespace TrackHub.Cli.Supervising;

/// <summary>Brand <c>demo</c> of this machine: what its traffic is sent with. Holds secrets; kept in <c>demo.json</c>, readable by the owner only.</summary>
/// <param name="BrandId">Public id.</param>
/// <param name="PixelId">Its pixel.</param>
/// <param name="DatasetId">Dataset of the pixel at the simulator.</param>
/// <param name="WriteKey">Publishable browser key.</param>
/// <param name="ServerKey">Secret server key.</param>
/// <param name="Connections">One per gateway.</param>
internal sealed record DemoBrand(
    string BrandId, string PixelId, string DatasetId, string WriteKey, string ServerKey, IReadOnlyList<DemoConnection> Connections);

/// <summary>A gateway connection of brand <c>demo</c>.</summary>
/// <param name="Gateway">kiwify, hotmart or perfectpay.</param>
/// <param name="Id">Public id.</param>
/// <param name="Path">Path of its webhook address, <c>/webhooks/{gateway}/{secret}</c>.</param>
/// <param name="Secret">What its calls are signed with or carry.</param>
internal sealed record DemoConnection(string Gateway, string Id, string Path, string Secret);
