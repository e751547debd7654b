'use strict';

// The hints of the function's log in Chinese. The function writes them in English; what the page
// shows of one is the translation of the longest text here that it begins with.
const hintsZH = {
  'Tencent says this is no phone number': '腾讯云认为这不是手机号',
  'the number opted out, or its carrier blocks it':
    '该号码已退订，或被运营商拦截：腾讯云客服可以解除',
  "Tencent doesn't send to this country or region": '腾讯云不支持向该国家或地区发送',
  "the country or region isn't on the SMS console's list":
    '该国家或地区不在短信控制台的列表中（应用管理，基础配置）',
  'the number got the same text less than 30 seconds ago':
    '该号码 30 秒内收到过相同内容：限制在短信控制台设置（应用管理，频率限制）',
  'the number got all it may get in an hour':
    '该号码一小时内的条数已达上限：限制在短信控制台设置（应用管理，频率限制）',
  'the number got all it may get in a day':
    '该号码当天的条数已达上限：限制在短信控制台设置（应用管理，频率限制）',
  'the number got the same text as often as it may in a day':
    '该号码当天相同内容的条数已达上限：限制在短信控制台设置（应用管理，频率限制）',
  'the number got all it may get for now':
    '该号码暂时已达上限：限制在短信控制台设置（应用管理，频率限制）',
  'more go abroad at once than Tencent sends':
    '国际短信的发送速度超过腾讯云上限：请联系腾讯云客服提高',
  "the application's daily limit is reached":
    '应用的每日上限已用完：请在短信控制台提高。在提高之前或当天结束（北京时间）之前，谁都收不到验' +
    '证码',
  "the application's daily limit for mainland China":
    '应用的中国大陆每日上限已用完：请在短信控制台提高。在提高之前或当天结束（北京时间）之前，谁都' +
    '收不到验证码',
  "the application's daily limit abroad":
    '应用的国际短信每日上限已用完：请在短信控制台提高。在提高之前或当天结束（北京时间）之前，谁都' +
    '收不到验证码',
  "the application's daily limit for this country or region":
    '应用对该国家或地区的每日上限已用完：请在短信控制台提高。在提高之前或当天结束（北京时间）之前，' +
    '谁都收不到验证码',
  "the account's daily limit abroad":
    '账号的国际短信每日上限已用完：请联系腾讯云客服提高。在提高之前或当天结束（北京时间）之前，谁' +
    '都收不到验证码',
  'check the templateCode in TEMPLATES':
    '请检查 TEMPLATES 中的 templateCode：模板必须存在、已通过审核，并属于 SDK_APP_ID',
  'check params in TEMPLATES: as many':
    '请检查 TEMPLATES 中的 params：数量须与模板的变量 {1}、{2}、… 一致',
  'check params in TEMPLATES: verification':
    '请检查 TEMPLATES 中的 params：验证码模板的每个变量最多 6 位数字，其他模板默认最多 6 个字符，' +
    '且不能是网址',
  'the SMS would be too long': '短信过长：请缩短模板，或缩短 params 中的固定文字',
  'check SIGN_NAME':
    '请检查 SIGN_NAME（国际短信为 SIGN_NAME_OVERSEAS）：填已通过审核的签名内容，不是签名 ID，不带' +
    '【】',
  'a mainland signature or template was used':
    '国内签名或模板被用于国际号码，或相反：请检查 TEMPLATES 中哪个 templateCode 在 china 下，哪个' +
    '在 overseas 下',
  'the template is one for marketing': '这是营销短信模板：请配置验证码模板',
  'the signature, the template or a literal':
    '签名、模板或 params 中的固定文字含有腾讯云不允许的词',
  'the SMS package is used up': '短信套餐包余量已用完：请购买。在此之前谁都收不到验证码',
  'the account is overdue': '账号已欠费：请充值。在此之前谁都收不到验证码',
  'check SDK_APP_ID': '请检查 SDK_APP_ID：须与凭据中的 AccessKey 属于同一账号',
  'the SMS application is disabled': '短信应用已停用：请联系腾讯云客服',
  'source IP checking is on':
    '短信控制台开启了来源 IP 校验：请为函数配置固定公网出口 IP 并加入白名单，或关闭校验',
  'the account may not send': '该账号不能发送短信：请联系腾讯云客服',
  "the AccessKey's user may not send": 'AccessKey 的用户无权发送：请授予对 * 的 sms:SendSms',
  'check SMS_REGION': '请检查 SMS_REGION：例如 ap-guangzhou、ap-beijing 或 ap-nanjing',
  "the AccessKey in the secret doesn't exist":
    '凭据中的 AccessKey 不存在或已禁用：请把新密钥写入凭据',
  "the AccessKey in the secret doesn't fit":
    '凭据中的 AccessKey 与其 ID 不匹配：请检查 accessKeySecret',
  'the temporary key in the secret': '凭据中的临时密钥的令牌有误或已过期：请使用永久 AccessKey',
  'the AccessKey in the secret demands MFA':
    '凭据中的 AccessKey 要求 MFA：请使用不要求 MFA 的子账号密钥',
  "the function's clock is wrong": '函数的时钟不准',
  "Tencent can't read the request": '腾讯云无法读取该请求：这是本程序的缺陷，或腾讯云的 API 有变化',
  "the signature check between Tencent's": '腾讯云内部系统之间的签名校验失败：请联系腾讯云客服',
  "Tencent doesn't accept the AccessKey": '腾讯云不接受凭据中的 AccessKey',
  "requests come faster than Tencent's API":
    '请求速度超过腾讯云 API 的上限：请联系腾讯云客服提高每秒次数',
  "a limit of Tencent's is reached":
    '已达到腾讯云的某项限制：错误码见 https://cloud.tencent.com/document/api/382/55981',
  'Tencent refused the request':
    '腾讯云拒绝了该请求：错误码见 https://cloud.tencent.com/document/api/382/55981',
  'SSM has no such secret or version':
    'SSM 中没有该凭据或版本：请检查 SECRET_NAME、SECRET_VERSION 和 SECRET_REGION',
  'the secret is disabled': '凭据已禁用：请在 SSM 控制台启用',
  'the secret is about to be deleted': '凭据即将被删除：请在 SSM 控制台恢复',
  'SSM is not opened': '该账号未开通 SSM，或已欠费',
  "the secret can't be used in its present": '凭据处于不可用的状态：请在 SSM 控制台查看',
  "the function's role may not read the secret":
    '函数的角色无权读取凭据：请授予 ssm:GetSecretValue（若凭据使用自建的 KMS 密钥，还需 kms:Decry' +
    'pt）',
  "SSM can't use the secret's KMS key":
    'SSM 无法使用凭据的 KMS 密钥：请检查该密钥以及角色对它的权限',
  'SSM refuses': 'SSM 拒绝：请检查函数的角色和凭据的 KMS 密钥',
  "SSM doesn't accept the credentials": 'SSM 不接受函数角色的凭证：请在 SCF 控制台检查角色',
  'SSM is not in this region': '该地域没有 SSM：请检查 SECRET_REGION',
  "SSM doesn't accept the request: check SECRET_NAME":
    'SSM 不接受该请求：请检查 SECRET_NAME、SECRET_VERSION 和 SECRET_REGION',
  "SSM doesn't accept the request: check SECRET_REGION": 'SSM 不接受该请求：请检查 SECRET_REGION',
  "SSM doesn't accept the request": 'SSM 不接受该请求',
  "SSM doesn't know the request": 'SSM 不认识该请求：请检查 SSM_ENDPOINT',
  "SSM can't answer now": 'SSM 目前无法响应',
  'SSM gave no answer in time': 'SSM 没有及时响应',
  "SSM's answer was empty": 'SSM 的响应为空',
  'the SMS may have been sent':
    '短信可能已发出：请在腾讯云控制台按号码或按本请求的 requestId（SessionContext）查找',
  'there was no connection to Tencent SMS':
    '无法连接腾讯云短信，见 tencentCode：请检查函数的网络和 SMS_ENDPOINT',
  "the SMS client can't be made": '无法创建短信客户端',
  'a limit of LIMITS is full, see limit: it holds':
    'LIMITS 的一项限制已满，见 limit：它会拦住所有人，如果不是攻击，请提高',
  'a limit of LIMITS is full': 'LIMITS 的一项限制已满，见 limit',
  'the same request was sent before': '相同的请求此前已发出，见 serialNo：这次没有发送',
  'the same request is under way': '相同的请求正在处理，或结果未知：这次没有发送',
  'the same Idempotency-Key':
    '相同的 Idempotency-Key 或 metadata.uuid 对应了另一个号码、验证码或用途：每条短信都要用新的',
  'the Idempotency-Key header must':
    'Idempotency-Key 请求头只能出现一次，且为 1 至 200 个可见的 ASCII 字符，或者不带',
  'Redis could not be told':
    '无法告诉 Redis 短信的结果：如果没有发出，仍会计数，重复的请求会得到 202',
  "Redis can't be reached": '无法连接 Redis：请检查 REDIS_URL、函数的 vpcConfig 和 Redis 的安全组',
  "Redis can't answer now": 'Redis 目前无法响应：正在加载数据、正在运行其他脚本，或内存已满',
  'Redis refuses the password':
    'Redis 拒绝了密码：请检查凭据中的 redisPassword；如果 Redis 没有密码，就不能有这一项',
  'Redis has no database': 'Redis 没有 REDIS_URL 中的数据库编号，或不允许使用',
  "Redis doesn't run our script":
    'Redis 不运行我们的脚本：版本须为 5 或更新，并允许对以 scf-sms: 开头的键使用 EVAL 和 EVALSHA',
  'Redis is a replica': 'Redis 是只读副本：REDIS_URL 必须是主节点的地址',
  'Redis is one node of a cluster':
    'Redis 是集群的一个节点，而我们的键在另一个节点：REDIS_URL 必须是代理或非集群 Redis 的地址',
  'what answers at REDIS_URL': 'REDIS_URL 处响应的不是 Redis，或不是应有的 Redis',
  'there was no secret to name': '没有可用来命名计数器的凭据',
  'Redis gave no answer in time': 'Redis 没有及时响应',
  'the calling code is not in': '该国际区号不在 ALLOWED_CALLING_CODES 中',
  'a mainland number without its calling code':
    '中国大陆号码没有国际区号：调用方须在前面加 86，或设置 BARE_NUMBERS=china，此后不带 + 的 11 ' +
    '位 1xxxxxxxxxx 视为中国大陆号码，不再视为美国号码',
  'no such calling code': '没有这样的国际区号：调用方须发送带国际区号的号码',
  '001 is +1 or an exit code':
    '001 可能是 +1，也可能是国际冠码：调用方须发送带 + 的号码，或去掉 00',
  'a number of a special service': '特殊服务号码：高额付费、免费、卫星等号码不发送验证码',
  'no number of this calling code has so many digits': '该国际区号没有这么多位的号码',
  'the event is not a JSON object': '事件不是 JSON 对象',
  'the event has no httpMethod':
    '事件没有 httpMethod：本函数接受函数 URL 的事件和定时触发器的事件。SCF 控制台的测试事件须与 t' +
    'estdata/events/sign-in.json 相同',
  'there are two kinds of proof': '有两种证明：签名必须是唯一的',
  "the Authorization header is not the secret's": 'Authorization 请求头与凭据中的不同',
  'the Authorization header lacks the "Bearer "': 'Authorization 请求头缺少凭据中的 "Bearer "',
  'the Authorization header has a "Bearer "': 'Authorization 请求头多了凭据中没有的 "Bearer "',
  'reports in the query string has fewer': '查询字符串中的 reports 少于 16 个字符，或出现了两次',
  'reports in the query string is not': '查询字符串中的 reports 与凭据中的不同',
  "the entry can't be read": '无法读取该条回执：没有 sid 或没有 report_status',
  'the body is not a JSON object': '正文不是 JSON 对象',
  'the body is not a JSON list': '正文不是 JSON 列表',
  'the body is not base64': '正文不是 base64',
  'code is not a string of 1 to 6 digits': 'code 不是 1 至 6 位数字的字符串',
  'payload.code is not a string of 1 to 6 digits': 'payload.code 不是 1 至 6 位数字的字符串',
  'payload is not a JSON object': 'payload 不是 JSON 对象',
  'sms.otp is not a string of 1 to 6 digits':
    'sms.otp 不是 1 至 6 位数字的字符串：请在 Supabase 把验证码长度设为 6（GOTRUE_SMS_OTP_LENGTH）',
  'sms.phone is not a string': 'sms.phone 不是字符串',
  'to is not a string': 'to 不是字符串',
  'type is not a string, or empty': 'type 不是字符串，或为空',
  'there is no number in sms.phone': 'sms.phone、user.new_phone 和 user.phone 中都没有号码',
  'there is no sms.phone':
    '没有 sms.phone，且 user.factors 中没有号码或有多个：请把 Supabase Auth 升级到 2.180 或更新，' +
    '它会说明验证码发往哪里',
  'contextInfo.recipientPhoneNumber is not': 'contextInfo.recipientPhoneNumber 不是字符串，或为空',
  'a fault of this program': '本程序的缺陷：请连同 panic 的位置一起报告',
  'not a phone number': '不是电话号码',
  'not the form of this calling code': '不符合该国际区号的号码格式',
};

// Those that name something: [the whole hint, its translation].
const hintPatternsZH = [
  [/^there is no (.+) header$/, '没有 $1 请求头'],
  [/^there are several (.+) headers, and they differ$/, '有多个 $1 请求头，且不相同'],
  [/^there are several times in (.+)$/, '$1 中有多个时间'],
  [/^(.+) has no v1 signature of 32 bytes$/, '$1 中没有 32 字节的 v1 签名'],
  [/^no signature in (.+) is made with the secret's (.+)$/, '$1 中没有用凭据的 $2 生成的签名'],
  [/^the time in (.+) is not a number$/, '$1 中的时间不是数字'],
  [/^the time in (.+) is more than 300 s off.*$/, '$1 中的时间相差超过 300 秒：请检查调用方的时钟'],
  [/^the secret has no (.+), which.*$/, '凭据中没有这类调用方需要的 $1'],
  [
    /^neither args\.oTP.*generator (.+) to length 6.*$/,
    'args.oTP 和 args.code 都不是 1 至 6 位数字的字符串：请把 ZITADEL 的生成器 $1 设为 6 位纯数字',
  ],
  [
    /^no template for (\w+) numbers: .*, as (.+)$/,
    '没有用于 $1 号码的模板：请在 TEMPLATES 中添加，例如 $2',
  ],
  [/^the secret's accessKeyId is none.*$/, '凭据的 accessKeyId 不是密钥 ID：它不以 AKID 开头'],
  [/^the secret of CALLERS_SECRET_NAME: (.+)$/, 'CALLERS_SECRET_NAME 的凭据：$1'],
  [/^the secret can't be used: (.+)$/, '凭据不可用：$1'],
  [/^SSM gave no answer: (.+)$/, 'SSM 没有响应：$1'],
  [/^(\w+) is not set$/, '$1 未设置'],
];
