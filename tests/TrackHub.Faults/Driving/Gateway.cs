using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TrackHub.Faults.Lab;
using TrackHub.Platform.Identity;

namespace TrackHub.Faults.Driving;

/// <summary>The requests of a visit: what the seller's server tells of its visitor, and the gateway's webhook.</summary>
internal static class Gateway
{
    private const string Product = "PPPB0001";

    /// <summary>The landing page, reached by an ad.</summary>
    public static (SentEvent Event, Func<HttpRequestMessage> Request) Click(LabBrand brand, Visitor visitor) => (
        new(brand, "click", visitor.ClickEvent, visitor, MetaName: null, Click: null),
        Track(brand, "click", Body(visitor, visitor.ClickEvent)));

    /// <summary>The checkout begins; the visitor gives e-mail and phone.</summary>
    public static (SentEvent Event, Func<HttpRequestMessage> Request) Checkout(LabBrand brand, Visitor visitor)
    {
        var body = Body(visitor, visitor.CheckoutEvent);
        (body["email"], body["phone"], body["value"], body["currency"]) = (visitor.Email, visitor.Phone, 197.00m, "BRL");
        return (
            new(brand, "initiate_checkout", visitor.CheckoutEvent, visitor, "InitiateCheckout", Click: null),
            Track(brand, "initiate_checkout", body));
    }

    /// <summary>The sale, approved; the click id came back in the gateway's tracking fields.</summary>
    public static (SentEvent Event, Func<HttpRequestMessage> Request) Sale(LabBrand brand, Visitor visitor)
    {
        var body = new JsonObject
        {
            ["token"] = brand.WebhookSecret,
            ["code"] = visitor.SaleId,
            ["sale_amount"] = 197.00m,
            ["currency_enum_key"] = "BRL",
            ["sale_status_enum"] = 2,
            ["product"] = new JsonObject { ["code"] = Product, ["name"] = "Curso" },
            ["customer"] = new JsonObject
            {
                ["full_name"] = "Compradora Exemplo",
                ["email"] = visitor.Email,
                ["phone_formated_ddi"] = visitor.Phone,
                ["country"] = "BR",
            },
            ["metadata"] = new JsonObject { ["utm_perfect"] = visitor.ClickId },
        };
        var text = body.ToJsonString();
        return (
            new(brand, "approved", EventIds.ForOrder(brand.Id, "Purchase", "perfectpay", visitor.SaleId), visitor, "Purchase", visitor.ClickEvent),
            () => new(HttpMethod.Post, brand.Webhook) { Content = Json(text) });
    }

    private static JsonObject Body(Visitor visitor, string eventId) => new()
    {
        ["event_id"] = eventId,
        ["session_id"] = visitor.Session,
        ["click_id"] = visitor.ClickId,
        ["url"] = "https://loja.example.com/oferta?utm_source=FB",
        ["fbclid"] = visitor.Fbclid,
        ["product"] = Product,
        ["client_ip"] = visitor.Ip,
        ["user_agent"] = Visitor.UserAgent,
    };

    private static Func<HttpRequestMessage> Track(LabBrand brand, string route, JsonObject body)
    {
        var text = body.ToJsonString();
        return () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(brand.Webhook, $"/track/{route}")) { Content = Json(text) };
            request.Headers.Add("X-TrackHub-Key", brand.ServerKey);
            return request;
        };
    }

    private static ByteArrayContent Json(string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
