/*
 * The ready-made types.
 */

#include "app/form/tkt_ready_made.h"
#include "domain/tkt_workflow.h"


#define FEATURES(table)  .features = table,                                   \
                         .feature_count = tkt_array_len(table)
#define FIELDS(table)    .fields = table, .field_count = tkt_array_len(table)
#define L(text)          tkt_lit(text)


static const tkt_ready_feature_t  tkt_login_features[] = {
    { L("website"), L("Website"), L("网站"),
      L("[\"website\",\"browser\",\"网站\",\"网页\"]") },
    { L("app"), L("Mobile app"), L("手机应用"),
      L("[\"app\",\"phone\",\"手机\",\"客户端\"]") },
};

static const tkt_ready_field_t  tkt_login_fields[] = {
    { .name = L("problem"), .kind = TKT_FORM_CHOICE, .required = true,
      .en = L("What happens"), .zh = L("遇到的问题"),
      .choices = L("[\"password wrong\",\"account locked\","
                   "\"no code arrives\",\"other\"]"),
      .choices_zh = L("[\"密码错误\",\"账户被锁定\",\"收不到验证码\","
                      "\"其他\"]"),
      .prompt_en = L("What happens when you log in?"),
      .prompt_zh = L("登录时出现什么情况？") },
    { .name = L("since"), .kind = TKT_FORM_DATETIME,
      .en = L("Since when"), .zh = L("开始时间"),
      .prompt_en = L("When did it first happen?"),
      .prompt_zh = L("什么时候开始的？") },
    { .name = L("device"), .kind = TKT_FORM_TEXT,
      .en = L("Device"), .zh = L("设备"),
      .prompt_en = L("Which device, system and browser?"),
      .prompt_zh = L("使用的设备、系统和浏览器") },
};

static const tkt_ready_feature_t  tkt_transfer_features[] = {
    { L("deposit"), L("Deposit"), L("充值"),
      L("[\"deposit\",\"top up\",\"充值\"]") },
    { L("withdrawal"), L("Withdrawal"), L("提现"),
      L("[\"withdrawal\",\"withdraw\",\"提现\"]") },
    { L("payment"), L("Payment"), L("支付"),
      L("[\"payment\",\"paid\",\"支付\",\"付款\"]") },
};

static const tkt_ready_field_t  tkt_transfer_fields[] = {
    { .name = L("amount"), .kind = TKT_FORM_MONEY, .required = true,
      .en = L("Amount"), .zh = L("金额"),
      .prompt_en = L("How much, in which currency?"),
      .prompt_zh = L("金额和币种") },
    { .name = L("time"), .kind = TKT_FORM_DATETIME, .required = true,
      .en = L("Time"), .zh = L("时间"),
      .prompt_en = L("When was it sent?"), .prompt_zh = L("转账时间") },
    { .name = L("account"), .kind = TKT_FORM_ACCOUNT, .required = true,
      .en = L("Account"), .zh = L("账户"),
      .prompt_en = L("From or to which account?"),
      .prompt_zh = L("转出或转入的账户") },
    { .name = L("reference"), .kind = TKT_FORM_TEXT,
      .en = L("Reference"), .zh = L("流水号"),
      .prompt_en = L("The number on the receipt"),
      .prompt_zh = L("凭证上的流水号") },
    { .name = L("finding"), .kind = TKT_FORM_CHOICE, .to_resolve = true,
      .staff_only = true, .en = L("Finding"), .zh = L("核查结果"),
      .choices = L("[\"arrived\",\"returned\",\"never sent\",\"refused\"]"),
      .choices_zh = L("[\"已到账\",\"已退回\",\"未发出\",\"被拒绝\"]"),
      .prompt_en = L("Where is the money?"),
      .prompt_zh = L("款项现在何处？") },
};

static const tkt_ready_field_t  tkt_fault_fields[] = {
    { .name = L("component"), .kind = TKT_FORM_TEXT,
      .en = L("What is broken"), .zh = L("故障对象"),
      .prompt_en = L("Which page, service or device?"),
      .prompt_zh = L("哪个页面、服务或设备？") },
    { .name = L("impact"), .kind = TKT_FORM_CHOICE, .required = true,
      .en = L("Whom it concerns"), .zh = L("影响范围"),
      .choices = L("[\"only me\",\"my team\",\"everybody\"]"),
      .choices_zh = L("[\"仅我自己\",\"我的团队\",\"所有人\"]"),
      .prompt_en = L("Who cannot work?"), .prompt_zh = L("影响哪些人？") },
    { .name = L("page"), .kind = TKT_FORM_URL,
      .en = L("Address"), .zh = L("网址"),
      .prompt_en = L("The page's address"), .prompt_zh = L("页面网址") },
};

static const tkt_ready_field_t  tkt_security_fields[] = {
    { .name = L("happened"), .kind = TKT_FORM_MULTI_CHOICE, .required = true,
      .en = L("What happened"), .zh = L("发生了什么"),
      .choices = L("[\"foreign login\",\"money missing\",\"data changed\","
                   "\"phone or card lost\",\"fraud message\"]"),
      .choices_zh = L("[\"异地登录\",\"资金丢失\",\"资料被改\","
                      "\"手机或银行卡丢失\",\"诈骗信息\"]"),
      .prompt_en = L("Choose all that apply"), .prompt_zh = L("可多选") },
    { .name = L("noticed"), .kind = TKT_FORM_DATETIME,
      .en = L("Noticed"), .zh = L("发现时间"),
      .prompt_en = L("When did you notice?"),
      .prompt_zh = L("什么时候发现的？") },
    { .name = L("evidence"), .kind = TKT_FORM_LIST, .required = true,
      .en = L("Evidence"), .zh = L("证据"),
      .prompt_en = L("One thing a line: times, addresses, numbers, names of "
                     "attached files"),
      .prompt_zh = L("每行一条：时间、地址、号码、附件名称") },
};

static const tkt_ready_field_t  tkt_bug_fields[] = {
    { .name = L("steps"), .kind = TKT_FORM_LIST, .required = true,
      .en = L("Steps"), .zh = L("重现步骤"),
      .prompt_en = L("What to do to see it, one step a line"),
      .prompt_zh = L("如何重现，每行一步") },
    { .name = L("expected"), .kind = TKT_FORM_TEXT,
      .en = L("Expected"), .zh = L("期望结果"),
      .prompt_en = L("What should have happened?"),
      .prompt_zh = L("应该是什么结果？") },
    { .name = L("version"), .kind = TKT_FORM_TEXT,
      .en = L("Version"), .zh = L("版本"),
      .prompt_en = L("Which version?"), .prompt_zh = L("哪个版本？") },
    { .name = L("cause"), .kind = TKT_FORM_TEXT, .to_resolve = true,
      .staff_only = true, .en = L("Cause"), .zh = L("原因"),
      .prompt_en = L("What was wrong"), .prompt_zh = L("问题原因") },
};

static const tkt_ready_field_t  tkt_requirement_fields[] = {
    { .name = L("benefit"), .kind = TKT_FORM_TEXT, .required = true,
      .en = L("Benefit"), .zh = L("价值"),
      .prompt_en = L("Who needs it, and what for?"),
      .prompt_zh = L("谁需要，用来做什么？") },
    { .name = L("users"), .kind = TKT_FORM_NUMBER,
      .en = L("Users"), .zh = L("用户数"),
      .prompt_en = L("About how many would use it?"),
      .prompt_zh = L("大约多少人使用？") },
};

static const tkt_ready_field_t  tkt_access_fields[] = {
    { .name = L("system"), .kind = TKT_FORM_TEXT, .required = true,
      .en = L("System"), .zh = L("系统"),
      .prompt_en = L("Access to what?"), .prompt_zh = L("申请哪个系统？") },
    { .name = L("rights"), .kind = TKT_FORM_MULTI_CHOICE, .required = true,
      .en = L("Rights"), .zh = L("权限"),
      .choices = L("[\"read\",\"write\",\"administer\"]"),
      .choices_zh = L("[\"查看\",\"修改\",\"管理\"]"),
      .prompt_en = L("Which rights?"), .prompt_zh = L("需要的权限") },
    { .name = L("until"), .kind = TKT_FORM_DATETIME,
      .en = L("Until"), .zh = L("截止时间"),
      .prompt_en = L("Until when is it needed?"),
      .prompt_zh = L("需要到什么时候？") },
};


static const tkt_ready_type_t  tkt_ready_types[] = {

    { .name = L("login"), .category = TKT_CATEGORY_PROBLEM,
      .en = L("Login"), .zh = L("登录问题"),
      .keywords = L("[\"login\",\"log in\",\"password\",\"locked\","
                    "\"登录\",\"登陆\",\"密码\",\"锁定\"]"),
      .prompt_en = L("Never send a password. Say what you see when you try "
                     "to log in."),
      .prompt_zh = L("请勿发送密码。请说明登录时看到的提示。"),
      FEATURES(tkt_login_features), FIELDS(tkt_login_fields) },

    { .name = L("transfer"), .category = TKT_CATEGORY_PROBLEM,
      .en = L("Transfer"), .zh = L("转账问题"),
      .keywords = L("[\"transfer\",\"money\",\"payment\",\"refund\","
                    "\"转账\",\"汇款\",\"到账\",\"退款\"]"),
      .prompt_en = L("Amount, time and account let us find the transfer."),
      .prompt_zh = L("请提供金额、时间和账户，以便查找该笔转账。"),
      FEATURES(tkt_transfer_features), FIELDS(tkt_transfer_fields) },

    { .name = L("fault"), .category = TKT_CATEGORY_PROBLEM,
      .en = L("Fault"), .zh = L("故障"),
      .keywords = L("[\"outage\",\"down\",\"broken\",\"fault\","
                    "\"故障\",\"中断\",\"打不开\",\"无法使用\"]"),
      .prompt_en = L("Say what does not work, since when, and for whom."),
      .prompt_zh = L("请说明什么不能用、从何时开始、影响哪些人。"),
      FIELDS(tkt_fault_fields) },

    { .name = L("account-security"), .category = TKT_CATEGORY_PROBLEM,
      .priority = TKT_PRIORITY_HIGH, .needs = tkt_bit(TKT_NEED_CONTACT),
      .en = L("Account security"), .zh = L("账户安全"),
      .keywords = L("[\"hacked\",\"stolen\",\"fraud\",\"phishing\","
                    "\"盗号\",\"被盗\",\"诈骗\",\"异常登录\"]"),
      .prompt_en = L("Say how to reach you at once, and keep all evidence."),
      .prompt_zh = L("请留下可立即联系的方式，并保留所有证据。"),
      FIELDS(tkt_security_fields) },

    { .name = L("how-to"), .category = TKT_CATEGORY_QUESTION,
      .en = L("How to"), .zh = L("使用帮助"),
      .keywords = L("[\"how to\",\"how do i\",\"where is\",\"怎么\","
                    "\"如何\",\"在哪里\"]"),
      .prompt_en = L("What do you want to do, and how far did you get?"),
      .prompt_zh = L("您想做什么？进行到哪一步？") },

    { .name = L("bug"), .category = TKT_CATEGORY_BUG,
      .en = L("Bug"), .zh = L("缺陷"),
      .keywords = L("[\"bug\",\"crash\",\"exception\",\"缺陷\",\"崩溃\","
                    "\"闪退\"]"),
      .prompt_en = L("How can we see it ourselves?"),
      .prompt_zh = L("如何重现该问题？"),
      FIELDS(tkt_bug_fields) },

    { .name = L("suggestion"), .category = TKT_CATEGORY_SUGGESTION,
      .en = L("Suggestion"), .zh = L("建议"),
      .keywords = L("[\"suggestion\",\"suggest\",\"建议\"]"),
      .prompt_en = L("What should be better, and why?"),
      .prompt_zh = L("哪里可以改进？为什么？") },

    { .name = L("requirement"), .category = TKT_CATEGORY_REQUIREMENT,
      .en = L("Requirement"), .zh = L("需求"),
      .keywords = L("[\"requirement\",\"feature request\",\"需求\"]"),
      .prompt_en = L("What is missing, and who needs it?"),
      .prompt_zh = L("缺少什么功能？谁需要？"),
      FIELDS(tkt_requirement_fields) },

    { .name = L("consultation"), .category = TKT_CATEGORY_CONSULTATION,
      .en = L("Consultation"), .zh = L("咨询"),
      .keywords = L("[\"question\",\"advice\",\"price\",\"咨询\",\"请问\","
                    "\"价格\"]"),
      .prompt_en = L("What would you like to know?"),
      .prompt_zh = L("您想了解什么？") },

    { .name = L("access-request"), .category = TKT_CATEGORY_REQUEST,
      .approval = true, .en = L("Access request"), .zh = L("权限申请"),
      .keywords = L("[\"access request\",\"权限申请\",\"申请权限\"]"),
      .steps = L("[\"check the requester\",\"grant the access\","
                 "\"tell the requester\"]"),
      .steps_zh = L("[\"核实申请人\",\"开通权限\",\"通知申请人\"]"),
      .prompt_en = L("A supervisor approves it before anything is done."),
      .prompt_zh = L("需主管审批后办理。"),
      FIELDS(tkt_access_fields) },
};


const tkt_ready_type_t *
tkt_ready_made(size_t *count)
{
    *count = tkt_array_len(tkt_ready_types);

    return tkt_ready_types;
}
