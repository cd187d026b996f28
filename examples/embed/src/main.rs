//! Shows an app that uses a board inside its own transactions, on the database of your choice.

use callboard_embed::Shop;
use clap::Parser;

/// A shop whose orders are work for agents
#[derive(Debug, Parser)]
struct Args {
    /// sqlite://FILE or postgres://USER@HOST/DATABASE; a SQLite file that is not there is made
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,

    /// PostgreSQL: the schema of the board's tables [default: public]
    #[arg(long, env = "CALLBOARD_SCHEMA")]
    schema: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let args = Args::parse();
    let shop = Shop::open(&args.database_url, args.schema.as_deref()).await?;

    let order = shop.place("two watering cans").await?;
    println!("placed   {} as {}", order.what, order.item_key.as_deref().unwrap_or("-"));
    let large = shop.place_large("forty rose bushes").await?;
    println!("placed   {}, which agents fulfil step by step", large.what);

    if let Some(taken) = shop.take("packer", order.id).await? {
        println!("taken    {} by packer, assignment {}", taken.order.what, taken.assignment);
        assert_refused(&shop, &taken.order).await?;
        println!("closed   {}, which is {}", taken.order.what, shop.deliver(&taken).await?.status);
    }

    let shelves = [("twine".to_owned(), 2), ("gloves".to_owned(), 40), ("bulbs".to_owned(), 0)];
    let run = shop.restock("restock-1", &shelves).await?.completed()?;
    println!("restock  {}: {} of {} steps", run.status.as_str(), run.steps_completed, run.total_steps.unwrap_or(0));
    Ok(())
}

/// Nobody takes what is taken: the refusal is written down, and the transaction that it came in commits.
async fn assert_refused(
    shop: &Shop,
    order: &callboard_embed::orders::Model,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match shop.take("packer", order.id).await? {
        Some(_) => Err("an order was taken twice".into()),
        None => {
            println!("refused  {} a second time", order.what);
            Ok(())
        }
    }
}
